import { z } from 'zod';
import type { Transaction } from '../../platform/database/database.ts';
import { idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import {
  type ApprovalContent,
  approvalContent,
  approvalContentSchema,
  approvalDigest,
  type ContentCampaign,
  type ContentMessage,
  ERASED,
  withoutTexts,
} from './approval-content.ts';
import { listStanding } from './store.ts';

/**
 * The manifest's account of what was approved: the content, its digest, and who approved it. A rerun whose texts were all
 * taken over needs no approver of its own (they were approved in the run they come from): `basis` says so.
 */
export const approvalSectionSchema = z.object({
  digest: z.string().describe('SHA-256 over the canonical JSON (RFC 8785) of content.'),
  basis: z.enum(['approved', 'reused']),
  approvals: z.array(z.object({ approved_by: idSchema, approved_at: timestampSchema })),
  rules: z
    .object({ two_person: z.boolean(), quorum: z.number().int() })
    .nullable()
    .describe("The workspace's rules when the last approval was given."),
  content: approvalContentSchema,
});
export type ApprovalSection = z.output<typeof approvalSectionSchema>;

/**
 * The section for a run whose texts are about to be exported. Null when what stands there is not what the run's digest
 * was computed from: such texts were never approved and must not leave.
 */
export async function approvalSection(
  tx: Transaction,
  campaign: ContentCampaign & { account_id: string },
  run: { run_number: number; approval_digest: string | null },
  messages: readonly ContentMessage[],
): Promise<ApprovalSection | null> {
  const content: ApprovalContent = approvalContent(campaign, run.run_number, messages);
  const digest = approvalDigest(content);
  if (digest !== run.approval_digest) return null;
  const standing = await listStanding(tx, campaign.account_id, campaign.campaign_id, run.run_number, digest);
  const last = standing.at(-1);
  return {
    digest,
    basis: standing.length > 0 ? 'approved' : 'reused',
    approvals: standing.map(({ approved_by, approved_at }) => ({
      approved_by,
      approved_at: approved_at.toISOString(),
    })),
    rules: last === undefined ? null : { two_person: last.two_person, quorum: last.quorum },
    content,
  };
}

/** The section once the texts of these messages were removed; null where it has none of them. */
export function sectionWithout(section: ApprovalSection, messageIds: ReadonlySet<string>): ApprovalSection | null {
  const content = withoutTexts(section.content, messageIds);
  const digest = approvalDigest(content);
  return digest === section.digest ? null : { ...section, content, digest };
}

/** How many of its texts are not there any more. */
export function erasedTexts(section: ApprovalSection): number {
  return section.content.messages.filter((text) => text.written_by === ERASED).length;
}
