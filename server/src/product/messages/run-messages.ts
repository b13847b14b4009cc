import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import type { ApprovalStage, MessageInSegment, MessageRow, ReviewStatus } from './message.ts';
import {
  appendFindings,
  archiveMessages,
  blankTexts,
  clearRewriting,
  countsOfRuns,
  deleteRunMessages,
  deleteUnpublished,
  type Filters,
  findMessages,
  insertMessages,
  listAllMessages,
  listMessages,
  markRewriting,
  messagesOfRun,
  messagesToRewrite,
  type NewMessage,
  publishedTexts,
  putReviewBack,
  type RunCounts,
  segmentsWithTexts,
  updateReview,
  updateStage,
  updateText,
} from './store.ts';

export type { Filters, RunCounts };
export type WrittenText = Omit<NewMessage, 'message_id' | 'review_status' | 'approval_stage' | 'reused_from'>;

/** Keeps texts that a writer wrote, each once for its segment, channel and variant. */
export function saveWritten(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  texts: readonly WrittenText[],
): Promise<number> {
  return insertMessages(
    tx,
    accountId,
    campaignId,
    texts.map((text) => ({
      ...text,
      message_id: newId(),
      review_status: 'Pending',
      approval_stage: 'Ready for review',
      reused_from: null,
    })),
  );
}

/** Takes published texts over into a new run: decided already, and ready to be published again. */
export function saveReused(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  copies: readonly { from: MessageRow; runNumber: number; segmentId: string }[],
): Promise<number> {
  return insertMessages(
    tx,
    accountId,
    campaignId,
    copies.map(({ from, runNumber, segmentId }) => ({
      message_id: newId(),
      run_number: runNumber,
      segment_id: segmentId,
      channel: from.channel,
      variant: from.variant,
      subject: from.subject,
      message: from.message,
      preheader: from.preheader,
      technique: from.technique,
      findings: from.findings,
      review_status: 'Approved',
      approval_stage: 'Ready to publish',
      reused_from: from.message_id,
      context_hash: from.context_hash,
      written_by: from.written_by,
    })),
  );
}

/** The newest published text by context hash and variant. */
export async function reusableTexts(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  contextHashes: readonly string[],
): Promise<Map<string, MessageRow>> {
  const rows = await publishedTexts(tx, accountId, campaignId, contextHashes);
  return new Map(rows.map((row) => [`${row.context_hash} ${row.variant}`, row]));
}

export const runMessages = messagesOfRun;
export const pickMessages: (
  tx: Transaction,
  accountId: string,
  campaignId: string,
  messageIds: readonly string[],
) => Promise<MessageInSegment[]> = findMessages;
export const pageOfMessages = listMessages;
export const pageOfAllMessages = listAllMessages;
export const replaceText = updateText;
export const addFindings = appendFindings;
export const setReview: (
  tx: Transaction,
  accountId: string,
  messageIds: readonly string[],
  status: ReviewStatus | null,
  note: string | null,
) => Promise<number> = updateReview;
export const restoreReview = putReviewBack;
export const setStage: (
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
  stage: ApprovalStage,
) => Promise<number> = updateStage;
export const archiveRun = archiveMessages;
export const dropUnpublished = deleteRunMessages;
export const beginRewriting = markRewriting;
export const endRewriting = clearRewriting;
export const rewritesOf = messagesToRewrite;
export const runCounts = countsOfRuns;

/**
 * Removes the texts of segments that have nobody left. Published ones keep their place, empty, as files and manifests name
 * them; the others go, with what was decided of them. `segmentsLeft` are the segments that keep such places.
 */
export async function eraseTexts(
  tx: Transaction,
  accountId: string,
  segmentIds: readonly string[],
): Promise<{ deleted: string[]; blanked: string[]; segmentsLeft: ReadonlySet<string> }> {
  const deleted = await deleteUnpublished(tx, accountId, segmentIds);
  const blanked = await blankTexts(tx, accountId, segmentIds);
  return { deleted, blanked, segmentsLeft: await segmentsWithTexts(tx, accountId, segmentIds) };
}
