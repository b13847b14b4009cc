import type { Transaction } from '../../platform/database/database.ts';
import type { CampaignRow, SegmentRow } from '../campaigns/campaign.ts';
import { openValues } from '../customers/profile-values.ts';
import { membersAfter } from '../customers/read-group.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import type { MessageInSegment } from '../messages/message.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { compileEligibility } from '../segments/eligibility.ts';
import { readSegmentBy } from '../segments/segment-by.ts';
import { createAssigner } from '../segments/segmentation.ts';
import { createSuppressionReader } from '../suppressions/find-suppressed.ts';
import { createRenderedCheck, type RenderedTally } from './rendered.ts';

/** Who would get which texts of a campaign. */
export type Audience = {
  campaign: CampaignRow;
  fields: readonly LoadedField[];
  segments: readonly SegmentRow[];
  /** Those that are approved, or about to be. */
  messages: readonly MessageInSegment[];
  todayYear: number;
};

/**
 * Adds the next members of the campaign's group, in joining order, to the tally, as far as they would get a text: eligible,
 * not suppressed, and of a segment. Gives the position to go on from, null at the group's end.
 * Throws the segment failures when a field that the campaign needs is gone.
 */
export async function lookAtMembers(
  tx: Transaction,
  keys: AccountKeys,
  { campaign, fields, segments, messages, todayYear }: Audience,
  from: number,
  limit: number,
  tally: RenderedTally,
): Promise<number | null> {
  const { account_id: accountId, workspace_id: workspaceId } = campaign;
  const { isEligible } = compileEligibility(campaign.eligible_when, fields, todayYear);
  const assign = createAssigner(
    readSegmentBy(campaign.segment_by, fields),
    new Set(segments.map((segment) => segment.canonical_criteria)),
  );
  const check = createRenderedCheck(messages, campaign.channels, fields);
  const members = await membersAfter(tx, accountId, campaign.customer_group_id, from, limit);
  const suppressedAmong = await createSuppressionReader(tx, accountId, workspaceId);
  const suppressed = await suppressedAmong(members.map((member) => member.customer_id));
  for (const { customer_id: customerId, sealed_profile, clear_values } of members) {
    if (suppressed.has(customerId)) continue;
    const criteria = assign((slot) => clear_values[slot]);
    if (criteria === null) continue;
    const values = openValues(keys, { accountId, workspaceId, customerId }, sealed_profile);
    const cell = (slot: number) => values.get(slot);
    if (isEligible(cell)) check.look(criteria, cell, tally);
  }
  return members.length < limit ? null : (members.at(-1)?.position ?? null);
}
