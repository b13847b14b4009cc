import { createHash } from 'node:crypto';
import { z } from 'zod';
import { idSchema } from '../../platform/http/schemas.ts';
import { canonicalJson } from '../../platform/json/canonical-json.ts';

/** The name of this definition. Whoever changes what the digest covers, or how, gives it another. */
export const APPROVAL_FORMAT = 'nudgescribe-approval/1';

/** Stands as the writer of a published text that was removed, as everybody it was for was erased. */
export const ERASED = 'erased';

/** One approved text: everything of it that a reviewer saw and a customer will get. */
const approvedTextSchema = z.object({
  message_id: idSchema,
  segment_id: idSchema,
  channel: z.string(),
  variant: z.number().int(),
  subject: z.string().nullable(),
  preheader: z.string().nullable(),
  message: z.string(),
  written_by: z
    .string()
    .describe('The writer and its version, "edited", or "erased": the text is no longer there (docs/verify.md).'),
  findings: z.array(z.string()).describe('"<severity>:<code>" of every finding that stood when it was approved.'),
});

/**
 * What an approval covers, and all that its digest is computed from. Texts stand with their merge tags: nothing in it
 * is a customer's. The brief is there as a hash, because files go to systems that need not read it.
 */
export const approvalContentSchema = z.object({
  format: z.literal(APPROVAL_FORMAT),
  campaign_id: idSchema,
  run_number: z.number().int(),
  brief_sha256: z.string(),
  channels: z.array(z.object({ channel: z.string(), max_length: z.number().int() })),
  writer: z.string(),
  messages: z.array(approvedTextSchema).describe('Ascending by message_id.'),
});
export type ApprovalContent = z.output<typeof approvalContentSchema>;

export type ContentCampaign = {
  campaign_id: string;
  brief: unknown;
  channels: readonly { channel: string; max_length: number }[];
  writer: string;
};

export type ContentMessage = {
  message_id: string;
  segment_id: string;
  channel: string;
  variant: number;
  subject: string | null;
  preheader: string | null;
  message: string;
  written_by: string;
  findings: readonly { code: string; severity: string }[];
  review_status: string;
};

const hashOf = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

const byCodeUnits = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0);

/** What approving this run approves: its Approved messages, in an order that does not depend on how they were read. */
export function approvalContent(
  campaign: ContentCampaign,
  runNumber: number,
  messages: readonly ContentMessage[],
): ApprovalContent {
  return {
    format: APPROVAL_FORMAT,
    campaign_id: campaign.campaign_id,
    run_number: runNumber,
    brief_sha256: hashOf(canonicalJson(campaign.brief)),
    channels: campaign.channels.map(({ channel, max_length }) => ({ channel, max_length })),
    writer: campaign.writer,
    messages: messages
      .filter((row) => row.review_status === 'Approved')
      .map((row) => ({
        message_id: row.message_id,
        segment_id: row.segment_id,
        channel: row.channel,
        variant: row.variant,
        subject: row.subject,
        preheader: row.preheader,
        message: row.message,
        written_by: row.written_by,
        findings: row.findings.map(({ severity, code }) => `${severity}:${code}`).sort(byCodeUnits),
      }))
      .sort((left, right) => byCodeUnits(left.message_id, right.message_id)),
  };
}

/** The content once the texts of these messages were removed, as their rows are then. The same where it has none of them. */
export function withoutTexts(content: ApprovalContent, messageIds: ReadonlySet<string>): ApprovalContent {
  return {
    ...content,
    messages: content.messages.map((text) =>
      messageIds.has(text.message_id)
        ? { ...text, subject: null, preheader: null, message: '', written_by: ERASED, findings: [] }
        : text,
    ),
  };
}

/** The approval digest: SHA-256 over the canonical JSON (RFC 8785) of the content. Any change of it gives another. */
export function approvalDigest(content: ApprovalContent): string {
  return hashOf(canonicalJson(content));
}

/** Tells one text from another: subject, preheader and message, as they stand. */
export function textHash(text: Pick<ContentMessage, 'subject' | 'preheader' | 'message'>): string {
  return hashOf(canonicalJson([text.subject, text.preheader, text.message]));
}
