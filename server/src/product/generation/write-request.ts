import type { CampaignRow, Channel } from '../campaigns/campaign.ts';
import { checkMessage } from '../checks/check-message.ts';
import type { FieldDefinition } from '../fields/field.ts';
import type { MessageFinding } from '../messages/message.ts';
import type { Criteria } from '../segments/segment-by.ts';
import type { WriteRequest } from '../writing/writer.ts';

/** What a writer is told of one segment and channel: the brief, clear attributes, and the names of fields. */
export function writeRequestFor(
  campaign: CampaignRow,
  channel: Channel,
  segment: { label: string; criteria: Criteria; canonical_criteria: string },
  fields: readonly FieldDefinition[],
  rewrite: { guidance: string | null; seed: string; replaces: string[] } | null,
): WriteRequest {
  const byName = new Map(fields.map((field) => [field.field_name, field]));
  return {
    brief: campaign.brief,
    channel,
    segment: {
      label: segment.label,
      attributes: Object.entries(segment.criteria).map(([field_name, value]) => ({
        field_name,
        display_name: byName.get(field_name)?.display_name ?? field_name,
        value,
      })),
    },
    merge_fields: fields
      .filter((field) => !field.is_unique)
      .map(({ field_name, display_name, field_type, is_required }) => ({
        field_name,
        display_name,
        field_type,
        is_required,
      })),
    variants: campaign.variants,
    seed: rewrite?.seed ?? segment.canonical_criteria,
    guidance: rewrite?.guidance ?? null,
    replaces: rewrite?.replaces ?? [],
  };
}

/** What the checks say of a text of this campaign. */
export function findingsFor(
  campaign: CampaignRow,
  channel: Channel,
  text: { subject: string | null; message: string; preheader: string | null },
  fields: readonly FieldDefinition[],
): MessageFinding[] {
  return checkMessage({ ...channel, ...text, brief: campaign.brief, fields });
}
