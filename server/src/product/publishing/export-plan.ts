import type { CampaignRow, ChannelName, SegmentRow } from '../campaigns/campaign.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import type { MessageInSegment } from '../messages/message.ts';

/**
 * What decides who gets which text, as it was at the moment of the snapshot: plain data, kept with the export and handed
 * to threads, so that a campaign or field that changes while the files are made changes nothing in them.
 */
export type PlanShape = {
  accountId: string;
  workspaceId: string;
  campaignId: string;
  campaignName: string;
  runNumber: number;
  channels: ChannelName[];
  segmentBy: CampaignRow['segment_by'];
  eligibleWhen: CampaignRow['eligible_when'];
  /** Ids of fields. */
  exportFields: string[];
  /** Percent of the customers that get no text. */
  holdout: number;
  fields: LoadedField[];
  /** What two-digit years are read around. */
  todayYear: number;
};

/** An approved text. */
export type PlanText = Pick<
  MessageInSegment,
  'message_id' | 'segment_id' | 'canonical_criteria' | 'channel' | 'variant' | 'subject' | 'preheader' | 'message'
>;

/** The shape with the texts and segments of the run, which never change once they are Published. */
export type PlanSource = {
  shape: PlanShape;
  canonicals: string[];
  texts: PlanText[];
  /** Whether the files are kept compressed. */
  gzip: boolean;
  /** Whether files of what changed since the publication before are made too. */
  delta: boolean;
};

export function planShapeOf(
  campaign: CampaignRow,
  runNumber: number,
  fields: readonly LoadedField[],
  todayYear: number,
): PlanShape {
  return {
    accountId: campaign.account_id,
    workspaceId: campaign.workspace_id,
    campaignId: campaign.campaign_id,
    campaignName: campaign.campaign_name,
    runNumber,
    channels: campaign.channels.map((entry) => entry.channel),
    segmentBy: campaign.segment_by,
    eligibleWhen: campaign.eligible_when,
    exportFields: campaign.export_fields,
    holdout: campaign.holdout,
    fields: [...fields],
    todayYear,
  };
}

export function planSourceOf(
  shape: PlanShape,
  segments: readonly SegmentRow[],
  messages: readonly MessageInSegment[],
  kept: Pick<PlanSource, 'gzip' | 'delta'>,
): PlanSource {
  return {
    shape,
    ...kept,
    canonicals: segments.map((segment) => segment.canonical_criteria),
    texts: messages
      .filter((message) => message.review_status === 'Approved' && message.approval_stage === 'Published')
      .toSorted((left, right) => left.variant - right.variant)
      .map(({ message_id, segment_id, canonical_criteria, channel, variant, subject, preheader, message }) => ({
        message_id,
        segment_id,
        canonical_criteria,
        channel,
        variant,
        subject,
        preheader,
        message,
      })),
  };
}

const MESSAGE_COLUMNS = [
  'message_id',
  'segment_id',
  'variant',
  'channel',
  'subject',
  'message',
  'campaign_id',
  'run_number',
  'preheader',
  'holdout',
] as const;

export type Column = { name: string; source: 'identifier' | 'export_field' | 'message' };

export function fieldsOfFiles(shape: Pick<PlanShape, 'fields' | 'exportFields'>) {
  const exported = new Set(shape.exportFields);
  return {
    identifiers: shape.fields.filter((field) => field.is_unique),
    exported: shape.fields.filter((field) => !field.is_unique && exported.has(field.field_id)),
  };
}

/** The files' columns, in order: identifiers, export fields, then what every file has. */
export function columnsOf(shape: Pick<PlanShape, 'fields' | 'exportFields'>): Column[] {
  const { identifiers, exported } = fieldsOfFiles(shape);
  return [
    ...identifiers.map((field): Column => ({ name: field.field_name, source: 'identifier' })),
    ...exported.map((field): Column => ({ name: field.field_name, source: 'export_field' })),
    ...MESSAGE_COLUMNS.map((name): Column => ({ name, source: 'message' })),
  ];
}
