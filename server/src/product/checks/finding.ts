import type { Brief, ChannelName } from '../campaigns/campaign.ts';
import type { FieldDefinition } from '../fields/field.ts';
import type { MessageFinding } from '../messages/message.ts';

export type Finding = MessageFinding;
export type Edit = NonNullable<Finding['edit']>;
export type PartName = Edit['part'];

export type Checked = {
  channel: ChannelName;
  max_length: number;
  subject: string | null;
  message: string;
  preheader: string | null;
  brief: Brief;
  fields: readonly Pick<FieldDefinition, 'field_name' | 'is_required'>[];
};

/** One part of a message: as it was written, and as a customer without any values would read it. */
export type Piece = { part: PartName; raw: string; plain: string };

type More = { fix: string; edit?: Edit | null };

export function error(code: string, message: string, { fix, edit = null }: More): Finding {
  return { code, severity: 'error', message, fix, edit };
}

export function warning(code: string, message: string, { fix, edit = null }: More): Finding {
  return { code, severity: 'warning', message, fix, edit };
}

/**
 * One edit that turns `raw` into `mended`: what both begin and end with is left alone. Null when there is no difference,
 * or nothing would be left.
 */
export function editBetween(part: PartName, raw: string, mended: string): Edit | null {
  if (raw === mended || mended.trim() === '') return null;
  const shorter = Math.min(raw.length, mended.length);
  let from = 0;
  while (from < shorter && raw[from] === mended[from]) from += 1;
  let kept = 0;
  while (kept < shorter - from && raw[raw.length - 1 - kept] === mended[mended.length - 1 - kept]) kept += 1;
  return { part, from, to: raw.length - kept, replacement: mended.slice(from, mended.length - kept) };
}
