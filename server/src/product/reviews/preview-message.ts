import type { Transaction } from '../../platform/database/database.ts';
import { notFound } from '../../platform/errors/platform-failures.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import type { CampaignRow } from '../campaigns/campaign.ts';
import { requireRun, segmentsOf } from '../campaigns/lock-campaign.ts';
import { openValues } from '../customers/profile-values.ts';
import { membersAfter } from '../customers/read-group.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { compileTemplate } from '../merge-tags/compile.ts';
import { pickMessages } from '../messages/run-messages.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { compileEligibility } from '../segments/eligibility.ts';
import { readSegmentBy } from '../segments/segment-by.ts';
import { createAssigner } from '../segments/segmentation.ts';

const MEMBERS_AT_ONCE = 1_000;
const MEMBERS_LOOKED_AT = 50_000;

export type Preview = { customer_id: string; subject: string | null; message: string; preheader: string | null };

/**
 * The text as the first eligible customers of its segment would get it, in the group of the message's own run. Throws
 * not_found, and the segment failures when a field that the campaign needs is gone.
 */
export async function previewMessage(
  tx: Transaction,
  keys: AccountKeys,
  campaign: CampaignRow,
  fields: readonly LoadedField[],
  wish: { messageId: string; limit: number; todayYear: number },
): Promise<Preview[]> {
  const { messageId, limit } = wish;
  const [message] = isUuid(messageId)
    ? await pickMessages(tx, campaign.account_id, campaign.campaign_id, [messageId])
    : [];
  if (message === undefined) throw notFound('message');
  const run = await requireRun(tx, campaign.account_id, campaign.campaign_id, message.run_number);
  const { isEligible } = compileEligibility(campaign.eligible_when, fields, wish.todayYear);
  const segments = await segmentsOf(tx, campaign.account_id, campaign.campaign_id, message.run_number);
  const assign = createAssigner(
    readSegmentBy(campaign.segment_by, fields),
    new Set(segments.map((segment) => segment.canonical_criteria)),
  );
  const subject = message.subject === null ? null : compileTemplate(message.subject, fields);
  const preheader = message.preheader === null ? null : compileTemplate(message.preheader, fields);
  const text = compileTemplate(message.message, fields);
  const previews: Preview[] = [];
  let position = 0;
  for (let looked = 0; looked < MEMBERS_LOOKED_AT && previews.length < limit; looked += MEMBERS_AT_ONCE) {
    const members = await membersAfter(tx, campaign.account_id, run.customer_group_id, position, MEMBERS_AT_ONCE);
    for (const member of members) {
      position = member.position;
      const clear = member.clear_values;
      if (previews.length >= limit || assign((slot) => clear[slot]) !== message.canonical_criteria) continue;
      const values = openValues(
        keys,
        { accountId: campaign.account_id, workspaceId: campaign.workspace_id, customerId: member.customer_id },
        member.sealed_profile,
      );
      const cell = (slot: number) => values.get(slot);
      if (!isEligible(cell)) continue;
      previews.push({
        customer_id: member.customer_id,
        subject: subject?.(cell) ?? null,
        message: text(cell),
        preheader: preheader?.(cell) ?? null,
      });
    }
    if (members.length < MEMBERS_AT_ONCE) break;
  }
  return previews;
}
