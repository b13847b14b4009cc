import type { Transaction } from '../../platform/database/database.ts';
import { ERASED } from '../approvals/approval-content.ts';
import type { ApprovalStage, MessageFinding, MessageInSegment, MessageRow, ReviewStatus } from './message.ts';

const COLUMNS =
  'm.message_id, m.campaign_id, m.run_number, m.segment_id, m.channel, m.variant, m.subject, m.message, m.preheader, m.technique, m.findings, m.review_status, m.approval_stage, m.review_note, m.is_archived, m.reused_from, m.context_hash, m.written_by, m.rewrite_job_id, m.rewrite_guidance, m.created_at, m.updated_at';
const WITH_SEGMENT = `select ${COLUMNS}, s.criteria, s.label, s.size, s.canonical_criteria
  from messages m join segments s on s.account_id = m.account_id and s.segment_id = m.segment_id`;
export const MAX_MESSAGES = 100_000;

export type Filters = {
  runNumber: number;
  includeArchived: boolean;
  reviewStatus: ReviewStatus | null;
  channel: string | null;
  segmentId: string | null;
};

export function listMessages(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  filters: Filters,
  page: { limit: number; offset: number },
): Promise<MessageInSegment[]> {
  return tx.rows<MessageInSegment>(
    `${WITH_SEGMENT} where m.account_id = $1 and m.campaign_id = $2 and m.run_number = $3 and ($4 or not m.is_archived)
       and ($5::text is null or m.review_status = $5) and ($6::text is null or m.channel = $6) and ($7::uuid is null or m.segment_id = $7)
     order by s.size desc, s.canonical_criteria, m.channel, m.variant limit $8 offset $9`,
    [
      accountId,
      campaignId,
      filters.runNumber,
      filters.includeArchived,
      filters.reviewStatus,
      filters.channel,
      filters.segmentId,
      page.limit,
      page.offset,
    ],
  );
}

/** Messages of all runs, newest run first: archived ones too when asked for. */
export function listAllMessages(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  page: { limit: number; offset: number },
): Promise<MessageInSegment[]> {
  return tx.rows<MessageInSegment>(
    `${WITH_SEGMENT} where m.account_id = $1 and m.campaign_id = $2 order by m.run_number desc, s.size desc, s.canonical_criteria, m.channel, m.variant limit $3 offset $4`,
    [accountId, campaignId, page.limit, page.offset],
  );
}

/** Every message of a run, archived or not. */
export function messagesOfRun(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
): Promise<MessageInSegment[]> {
  return tx.rows<MessageInSegment>(
    `${WITH_SEGMENT} where m.account_id = $1 and m.campaign_id = $2 and m.run_number = $3 order by m.message_id limit ${MAX_MESSAGES}`,
    [accountId, campaignId, runNumber],
  );
}

export function findMessages(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  messageIds: readonly string[],
): Promise<MessageInSegment[]> {
  return tx.rows<MessageInSegment>(
    `${WITH_SEGMENT} where m.account_id = $1 and m.campaign_id = $2 and m.message_id = any($3::uuid[]) order by m.message_id`,
    [accountId, campaignId, messageIds],
  );
}

export type NewMessage = Pick<
  MessageRow,
  | 'message_id'
  | 'run_number'
  | 'segment_id'
  | 'channel'
  | 'variant'
  | 'subject'
  | 'message'
  | 'preheader'
  | 'technique'
  | 'findings'
  | 'review_status'
  | 'approval_stage'
  | 'reused_from'
  | 'context_hash'
  | 'written_by'
>;

/**
 * Adds texts; one that stands already for its segment, channel and variant is left as it is, and one whose segment is gone
 * is dropped. Returns how many were new.
 */
export function insertMessages(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  messages: readonly NewMessage[],
): Promise<number> {
  return tx.run(
    `insert into messages (account_id, campaign_id, message_id, run_number, segment_id, channel, variant, subject, message, preheader, technique, findings, review_status, approval_stage, reused_from, context_hash, written_by)
     select $1, $2, n.message_id, n.run_number, n.segment_id, n.channel, n.variant, n.subject, n.message, n.preheader, n.technique, n.findings, n.review_status, n.approval_stage, n.reused_from, n.context_hash, n.written_by
     from jsonb_to_recordset($3) as n(message_id uuid, run_number integer, segment_id uuid, channel text, variant integer, subject text, message text, preheader text, technique text, findings jsonb,
       review_status text, approval_stage text, reused_from uuid, context_hash text, written_by text)
       join segments s on s.account_id = $1 and s.segment_id = n.segment_id
     for key share of s
     on conflict (account_id, campaign_id, run_number, segment_id, channel, variant) do nothing`,
    [accountId, campaignId, JSON.stringify(messages)],
  );
}

export async function updateText(
  tx: Transaction,
  accountId: string,
  messageId: string,
  text: Pick<MessageRow, 'subject' | 'message' | 'preheader' | 'technique' | 'findings' | 'written_by'>,
): Promise<void> {
  await tx.run(
    `update messages set subject = $3, message = $4, technique = $5, findings = $6, written_by = $7, preheader = $8, review_status = 'Pending', approval_stage = 'Ready for review', updated_at = now()
     where account_id = $1 and message_id = $2`,
    [
      accountId,
      messageId,
      text.subject,
      text.message,
      text.technique,
      JSON.stringify(text.findings),
      text.written_by,
      text.preheader,
    ],
  );
}

/** Adds to what the checks say of a text. */
export async function appendFindings(
  tx: Transaction,
  accountId: string,
  messageId: string,
  findings: readonly MessageFinding[],
): Promise<void> {
  await tx.run('update messages set findings = findings || $3::jsonb where account_id = $1 and message_id = $2', [
    accountId,
    messageId,
    JSON.stringify(findings),
  ]);
}

/** Sets decision and note (where given) of these messages. */
export function updateReview(
  tx: Transaction,
  accountId: string,
  messageIds: readonly string[],
  reviewStatus: ReviewStatus | null,
  note: string | null,
): Promise<number> {
  return tx.run(
    `update messages set review_status = coalesce($3, review_status), review_note = coalesce($4, review_note),
       approval_stage = case when $3::text is null then approval_stage else 'Ready for review' end, updated_at = now()
     where account_id = $1 and message_id = any($2::uuid[])`,
    [accountId, messageIds, reviewStatus, note],
  );
}

/** Gives messages back the decision and the note they had. */
export function putReviewBack(
  tx: Transaction,
  accountId: string,
  reviews: readonly { message_id: string; review_status: ReviewStatus; review_note: string | null }[],
): Promise<number> {
  return tx.run(
    `update messages m set review_status = r.review_status, review_note = r.review_note, approval_stage = 'Ready for review', updated_at = now()
     from jsonb_to_recordset($2) as r(message_id uuid, review_status text, review_note text)
     where m.account_id = $1 and m.message_id = r.message_id and m.approval_stage <> 'Published'`,
    [accountId, JSON.stringify(reviews)],
  );
}

/** Moves the run's decided messages to another stage; excluded ones stay where they are. */
export function updateStage(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
  stage: ApprovalStage,
): Promise<number> {
  return tx.run(
    `update messages set approval_stage = $4, updated_at = now() where account_id = $1 and campaign_id = $2 and run_number = $3 and review_status = 'Approved' and approval_stage <> $4`,
    [accountId, campaignId, runNumber, stage],
  );
}

export function archiveMessages(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
): Promise<number> {
  return tx.run(
    'update messages set is_archived = true, updated_at = now() where account_id = $1 and campaign_id = $2 and run_number = $3 and not is_archived',
    [accountId, campaignId, runNumber],
  );
}

export function deleteRunMessages(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
): Promise<number> {
  return tx.run(
    `delete from messages where account_id = $1 and campaign_id = $2 and run_number = $3 and approval_stage <> 'Published'`,
    [accountId, campaignId, runNumber],
  );
}

/** The newest published text for each context and variant, among all runs of the campaign. */
export function publishedTexts(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  contextHashes: readonly string[],
): Promise<MessageRow[]> {
  return tx.rows<MessageRow>(
    `select distinct on (m.context_hash, m.variant) ${COLUMNS} from messages m
     where m.account_id = $1 and m.campaign_id = $2 and m.approval_stage = 'Published' and m.context_hash = any($3::text[])
     order by m.context_hash, m.variant, m.run_number desc`,
    [accountId, campaignId, contextHashes],
  );
}

export async function markRewriting(
  tx: Transaction,
  accountId: string,
  messageIds: readonly string[],
  jobId: string,
  guidance: string | null,
): Promise<void> {
  await tx.run(
    'update messages set rewrite_job_id = $3, rewrite_guidance = $4 where account_id = $1 and message_id = any($2::uuid[])',
    [accountId, messageIds, jobId, guidance],
  );
}

export async function clearRewriting(
  tx: Transaction,
  accountId: string,
  jobId: string,
  messageIds: readonly string[] | null,
): Promise<void> {
  await tx.run(
    'update messages set rewrite_job_id = null, rewrite_guidance = null where account_id = $1 and rewrite_job_id = $2 and ($3::uuid[] is null or message_id = any($3))',
    [accountId, jobId, messageIds],
  );
}

export function messagesToRewrite(tx: Transaction, accountId: string, jobId: string): Promise<MessageInSegment[]> {
  return tx.rows<MessageInSegment>(
    `${WITH_SEGMENT} where m.account_id = $1 and m.rewrite_job_id = $2 order by m.message_id limit ${MAX_MESSAGES}`,
    [accountId, jobId],
  );
}

export type RunCounts = { reused: number; generated: number; archived: number };

/** How many of a run's messages were taken over, written anew, and have been archived. */
export async function countsOfRuns(
  tx: Transaction,
  accountId: string,
  campaignId: string,
): Promise<Map<number, RunCounts>> {
  const rows = await tx.rows<{ run_number: number } & RunCounts>(
    `select run_number, count(*) filter (where reused_from is not null) as reused, count(*) filter (where reused_from is null) as generated, count(*) filter (where is_archived) as archived
     from messages where account_id = $1 and campaign_id = $2 group by run_number`,
    [accountId, campaignId],
  );
  return new Map(rows.map(({ run_number, ...counts }) => [run_number, counts]));
}

/** Deletes the texts of these segments that were not published. */
export async function deleteUnpublished(
  tx: Transaction,
  accountId: string,
  segmentIds: readonly string[],
): Promise<string[]> {
  const rows = await tx.rows<{ message_id: string }>(
    `delete from messages where account_id = $1 and segment_id = any($2::uuid[]) and approval_stage <> 'Published' returning message_id`,
    [accountId, segmentIds],
  );
  return rows.map((row) => row.message_id);
}

/** Empties what is left of their texts, which keep their ids and what was decided. Gives those that were not empty yet. */
export async function blankTexts(tx: Transaction, accountId: string, segmentIds: readonly string[]): Promise<string[]> {
  const rows = await tx.rows<{ message_id: string }>(
    `update messages set subject = null, preheader = null, message = '', technique = $3, findings = '[]', review_note = null,
       context_hash = '', written_by = $3, updated_at = now()
     where account_id = $1 and segment_id = any($2::uuid[]) and written_by <> $3 returning message_id`,
    [accountId, segmentIds, ERASED],
  );
  return rows.map((row) => row.message_id);
}

/** Those of the segments that have texts, be they empty. */
export async function segmentsWithTexts(
  tx: Transaction,
  accountId: string,
  segmentIds: readonly string[],
): Promise<Set<string>> {
  const rows = await tx.rows<{ segment_id: string }>(
    'select distinct segment_id from messages where account_id = $1 and segment_id = any($2::uuid[])',
    [accountId, segmentIds],
  );
  return new Set(rows.map((row) => row.segment_id));
}
