import type { CampaignRow, SegmentRow } from '../campaigns/campaign.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { compileTemplate } from '../merge-tags/compile.ts';
import type { MessageInSegment } from '../messages/message.ts';
import { compileEligibility } from '../segments/eligibility.ts';
import { readSegmentBy } from '../segments/segment-by.ts';
import { createAssigner } from '../segments/segmentation.ts';
import type { CompiledMessage, ExportPlan } from './assemble-rows.ts';

/** Everything that decides who gets which text, compiled once for a whole export. */
export function exportPlanFor(
  campaign: CampaignRow,
  runNumber: number,
  fields: readonly LoadedField[],
  segments: readonly SegmentRow[],
  messages: readonly MessageInSegment[],
  todayYear: number,
): ExportPlan {
  const byCriteria = new Map<string, Map<string, CompiledMessage[]>>();
  const published = messages.filter(
    (message) => message.review_status === 'Approved' && message.approval_stage === 'Published',
  );
  for (const message of published.toSorted((left, right) => left.variant - right.variant)) {
    const byChannel = byCriteria.get(message.canonical_criteria) ?? new Map<string, CompiledMessage[]>();
    byCriteria.set(message.canonical_criteria, byChannel);
    const variants = byChannel.get(message.channel) ?? [];
    byChannel.set(message.channel, variants);
    variants.push({
      messageId: message.message_id,
      segmentId: message.segment_id,
      variant: message.variant,
      subject: message.subject === null ? null : compileTemplate(message.subject, fields),
      message: compileTemplate(message.message, fields),
    });
  }
  const assign = createAssigner(
    readSegmentBy(campaign.segment_by, fields),
    new Set(segments.map((segment) => segment.canonical_criteria)),
  );
  const { isEligible } = compileEligibility(campaign.eligible_when, fields, todayYear);
  const exported = new Set(campaign.export_fields);
  return {
    campaignId: campaign.campaign_id,
    runNumber,
    identifierFields: fields.filter((field) => field.is_unique),
    exportFields: fields.filter((field) => !field.is_unique && exported.has(field.field_id)),
    channels: campaign.channels.map((entry) => entry.channel),
    segmentOf: assign,
    isEligible,
    messages: byCriteria,
  };
}
