import type { Campaign, CampaignsCreateBody } from '@nudgescribe/sdk';
import type { Channel } from './campaign-words.ts';

export type Attribute = Campaign['segment_by'][number];
export type EligibleRule = Campaign['eligible_when'][number];

/** A campaign while somebody writes it: texts as they stand in the inputs. */
export type Draft = {
  name: string;
  groupId: string;
  objective: string;
  product: string;
  callToAction: string;
  tone: string;
  language: string;
  link: string;
  notes: string;
  mustInclude: string;
  mustAvoid: string;
  channels: Channel[];
  attributes: Attribute[];
  variants: number;
  minSegmentSize: number;
  holdout: number;
  exportFields: string[];
  eligibleWhen: EligibleRule[];
  writer: string;
};

export const emptyDraft = (groupId: string): Draft => ({
  name: '',
  groupId,
  objective: '',
  product: '',
  callToAction: '',
  tone: '',
  language: '',
  link: '',
  notes: '',
  mustInclude: '',
  mustAvoid: '',
  channels: ['email'],
  attributes: [],
  variants: 1,
  minSegmentSize: 1,
  holdout: 0,
  exportFields: [],
  eligibleWhen: [],
  writer: 'offline',
});

export function draftOf(campaign: Campaign): Draft {
  const { brief } = campaign;
  return {
    name: campaign.campaign_name,
    groupId: campaign.customer_group_id,
    objective: brief.objective,
    product: brief.product,
    callToAction: brief.call_to_action,
    tone: brief.tone ?? '',
    language: brief.language ?? '',
    link: brief.link ?? '',
    notes: brief.audience_notes ?? '',
    mustInclude: (brief.must_include ?? []).join('\n'),
    mustAvoid: (brief.must_avoid ?? []).join('\n'),
    channels: campaign.channels.map(({ channel }) => channel),
    attributes: campaign.segment_by,
    variants: campaign.variants,
    minSegmentSize: campaign.min_segment_size,
    holdout: campaign.holdout,
    exportFields: campaign.export_fields,
    eligibleWhen: campaign.eligible_when,
    writer: campaign.writer,
  };
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

const said = <Name extends string>(name: Name, text: string) =>
  text.trim() === '' ? {} : ({ [name]: text.trim() } as Record<Name, string>);

export function bodyOf(draft: Draft, before: Campaign | null): Omit<CampaignsCreateBody, 'workspace_id'> {
  const mustInclude = linesOf(draft.mustInclude);
  const mustAvoid = linesOf(draft.mustAvoid);
  return {
    campaign_name: draft.name.trim(),
    customer_group_id: draft.groupId,
    brief: {
      objective: draft.objective.trim(),
      product: draft.product.trim(),
      call_to_action: draft.callToAction.trim(),
      ...said('tone', draft.tone),
      ...said('language', draft.language),
      ...said('link', draft.link),
      ...said('audience_notes', draft.notes),
      ...(before?.brief.allowed_links === undefined ? {} : { allowed_links: before.brief.allowed_links }),
      ...(mustInclude.length === 0 ? {} : { must_include: mustInclude }),
      ...(mustAvoid.length === 0 ? {} : { must_avoid: mustAvoid }),
    },
    // Lengths that were set elsewhere stay with their channel.
    channels: draft.channels.map((channel) => before?.channels.find((one) => one.channel === channel) ?? { channel }),
    segment_by: draft.attributes,
    variants: draft.variants,
    min_segment_size: draft.minSegmentSize,
    holdout: draft.holdout,
    export_fields: draft.exportFields,
    eligible_when: draft.eligibleWhen,
    writer: draft.writer,
  };
}
