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
import { fieldsInTexts } from '../messages/text-fields.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { compileEligibility, type EligibleWhen } from '../segments/eligibility.ts';
import { readSegmentBy } from '../segments/segment-by.ts';
import { createAssigner } from '../segments/segmentation.ts';
import { createSuppressionReader } from '../suppressions/find-suppressed.ts';
import { createTellingChoice, maskedValue, type PreviewReason } from './telling-previews.ts';

const MEMBERS_AT_ONCE = 1_000;
const MEMBERS_LOOKED_AT = 50_000;
const CUSTOMERS_COMPARED = 2_000;

export type Preview = {
  customer_id: string;
  subject: string | null;
  message: string;
  preheader: string | null;
  reason: PreviewReason;
};

const isHidden = (field: LoadedField) => field.is_sensitive || field.is_unique;

/** Reads a member's values, those of fields that are sensitive or unique masked unless the caller may decrypt. */
function cellReader(fields: readonly LoadedField[], isMasked: boolean) {
  const hidden = new Map(fields.filter(isHidden).map((field) => [field.slot, field]));
  return (values: ReadonlyMap<number, string>) => (slot: number) => {
    const value = values.get(slot);
    const field = isMasked ? hidden.get(slot) : undefined;
    return value === undefined || field === undefined ? value : maskedValue(field, value);
  };
}

/**
 * The campaign's rules, without those that compare a value which the caller may not read: who writes such a rule would
 * learn by it, customer for customer, whether it holds. That there is a value, or none, masked texts show anyway.
 */
function rulesFor(rules: EligibleWhen, fields: readonly LoadedField[], isMasked: boolean) {
  if (!isMasked) return { applied: rules, leftOut: [] };
  const hidden = new Set(fields.filter(isHidden).map((field) => field.field_name.toLowerCase()));
  const compares = ({ op, field_name }: EligibleWhen[number]) =>
    op !== 'is_blank' && op !== 'is_not_blank' && hidden.has(field_name.toLowerCase());
  const leftOut = new Set(rules.filter(compares).map(({ field_name }) => field_name));
  return { applied: rules.filter((rule) => !compares(rule)), leftOut: [...leftOut] };
}

export type Previews = {
  previews: Preview[];
  /** Names of fields by which rules were not applied, as the caller may not read them. */
  unappliedRules: string[];
  /** Customers of the segment whose texts were compared, and whether these were all. */
  compared: number;
  isWholeSegment: boolean;
};

/**
 * The text as telling customers of its segment would get it, in the group of the message's own run: the longest, the
 * shortest, the one with most values missing, then the next ones. Nobody who would not get it: only eligible customers
 * who are not suppressed (as far as the caller may read what the rules compare), chosen among the first CUSTOMERS_COMPARED of the segment in joining order, as far as they are
 * among the first MEMBERS_LOOKED_AT of the group. Throws not_found, and the segment failures when a field that the campaign
 * needs is gone.
 */
export async function previewMessage(
  tx: Transaction,
  keys: AccountKeys,
  campaign: CampaignRow,
  fields: readonly LoadedField[],
  wish: { messageId: string; limit: number; todayYear: number; isMasked: boolean },
): Promise<Previews> {
  const { account_id: accountId, workspace_id: workspaceId, campaign_id: campaignId } = campaign;
  const { messageId, limit } = wish;
  const [message] = isUuid(messageId) ? await pickMessages(tx, accountId, campaignId, [messageId]) : [];
  if (message === undefined) throw notFound('message');
  const run = await requireRun(tx, accountId, campaignId, message.run_number);
  const { applied, leftOut } = rulesFor(campaign.eligible_when, fields, wish.isMasked);
  const { isEligible } = compileEligibility(applied, fields, wish.todayYear);
  const segments = await segmentsOf(tx, accountId, campaignId, message.run_number);
  const assign = createAssigner(
    readSegmentBy(campaign.segment_by, fields),
    new Set(segments.map((segment) => segment.canonical_criteria)),
  );
  const suppressedAmong = await createSuppressionReader(tx, accountId, workspaceId);
  const subject = message.subject === null ? null : compileTemplate(message.subject, fields);
  const preheader = message.preheader === null ? null : compileTemplate(message.preheader, fields);
  const text = compileTemplate(message.message, fields);
  const named = new Set(fieldsInTexts([message], fields));
  const slots = fields.filter((field) => named.has(field.field_id)).map((field) => field.slot);
  const shownCell = cellReader(fields, wish.isMasked);
  const choice = createTellingChoice(limit);
  let compared = 0;
  let position = 0;
  let isWholeSegment = false;
  for (let looked = 0; looked < MEMBERS_LOOKED_AT && compared < CUSTOMERS_COMPARED; looked += MEMBERS_AT_ONCE) {
    const members = await membersAfter(tx, accountId, run.customer_group_id, position, MEMBERS_AT_ONCE);
    position = members.at(-1)?.position ?? position;
    const ofSegment = members.filter(
      ({ clear_values }) => assign((slot) => clear_values[slot]) === message.canonical_criteria,
    );
    const suppressed = await suppressedAmong?.(ofSegment.map((member) => member.customer_id));
    for (const { customer_id, sealed_profile } of ofSegment) {
      if (compared >= CUSTOMERS_COMPARED) break;
      if (suppressed?.has(customer_id)) continue;
      const values = openValues(keys, { accountId, workspaceId, customerId: customer_id }, sealed_profile);
      if (!isEligible((slot) => values.get(slot))) continue;
      compared += 1;
      const cell = shownCell(values);
      choice.offer({
        customer_id,
        subject: subject?.(cell) ?? null,
        message: text(cell),
        preheader: preheader?.(cell) ?? null,
        missing: slots.filter((slot) => !values.has(slot)).length,
      });
    }
    isWholeSegment = members.length < MEMBERS_AT_ONCE && compared < CUSTOMERS_COMPARED;
    if (members.length < MEMBERS_AT_ONCE) break;
  }
  const previews = choice.chosen().map(({ text: { missing: _, ...shown }, reason }) => ({ ...shown, reason }));
  return { previews, unappliedRules: leftOut, compared, isWholeSegment };
}
