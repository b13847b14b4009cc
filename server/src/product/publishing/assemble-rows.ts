import { createHash } from 'node:crypto';
import type { FieldDefinition } from '../fields/field.ts';
import { cellValue } from '../fields/value.ts';

/** Reads one customer's canonical values by slot. */
export type ValueOf = (slot: number) => string | undefined;

/** An approved text, compiled once and rendered per customer. */
export type CompiledMessage = {
  messageId: string;
  segmentId: string;
  variant: number;
  subject: ((cell: ValueOf) => string) | null;
  message: (cell: ValueOf) => string;
};

export type ExportPlan = {
  campaignId: string;
  runNumber: number;
  identifierFields: readonly FieldDefinition[];
  exportFields: readonly FieldDefinition[];
  channels: readonly string[];
  /** The canonical criteria of the segment these clear values belong to; null when there is none. */
  segmentOf(clearCell: ValueOf): string | null;
  isEligible(cell: ValueOf): boolean;
  /** By canonical criteria, then by channel. */
  messages: ReadonlyMap<string, ReadonlyMap<string, readonly CompiledMessage[]>>;
};

export const MESSAGE_COLUMNS = [
  'message_id',
  'segment_id',
  'variant',
  'channel',
  'subject',
  'message',
  'campaign_id',
  'run_number',
] as const;

export type Column = { name: string; source: 'identifier' | 'export_field' | 'message' };

/** The files' columns, in order: identifiers, export fields, then what every file has. */
export function columnsOf(plan: Pick<ExportPlan, 'identifierFields' | 'exportFields'>): Column[] {
  return [
    ...plan.identifierFields.map((field): Column => ({ name: field.field_name, source: 'identifier' })),
    ...plan.exportFields.map((field): Column => ({ name: field.field_name, source: 'export_field' })),
    ...MESSAGE_COLUMNS.map((name): Column => ({ name, source: 'message' })),
  ];
}

/** Which of `count` variants this customer gets on this channel: the same at every publishing of the campaign. */
export function variantIndex(campaignId: string, customerId: string, channel: string, count: number): number {
  if (count <= 1) return 0;
  return (
    createHash('sha256').update(`variant\n${campaignId}\n${customerId}\n${channel}`).digest().readUInt32BE(0) % count
  );
}

export type Assembled = { outcome: 'rows'; rows: string[][] } | { outcome: 'unmatched' | 'ineligible' };

/** One row per channel that has an approved text for this customer's segment. */
export function assembleRows(
  plan: ExportPlan,
  customer: { customerId: string; clearCell: ValueOf; cell: ValueOf },
): Assembled {
  if (!plan.isEligible(customer.cell)) return { outcome: 'ineligible' };
  const criteria = plan.segmentOf(customer.clearCell);
  const byChannel = criteria === null ? undefined : plan.messages.get(criteria);
  if (byChannel === undefined) return { outcome: 'unmatched' };
  const own = [...plan.identifierFields, ...plan.exportFields].map((field) => {
    const canonical = customer.cell(field.slot);
    return canonical === undefined ? '' : cellValue(field, canonical);
  });
  const rows: string[][] = [];
  for (const channel of plan.channels) {
    const variants = byChannel.get(channel);
    if (variants === undefined || variants.length === 0) continue;
    const chosen = variants[variantIndex(plan.campaignId, customer.customerId, channel, variants.length)];
    if (chosen === undefined) continue;
    rows.push([
      ...own,
      chosen.messageId,
      chosen.segmentId,
      String(chosen.variant),
      channel,
      chosen.subject?.(customer.cell) ?? '',
      chosen.message(customer.cell),
      plan.campaignId,
      String(plan.runNumber),
    ]);
  }
  return rows.length === 0 ? { outcome: 'unmatched' } : { outcome: 'rows', rows };
}
