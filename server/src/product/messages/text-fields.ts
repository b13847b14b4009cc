import type { Transaction } from '../../platform/database/database.ts';
import type { CampaignRow } from '../campaigns/campaign.ts';
import { holdTextFields, releaseTextFields } from '../campaigns/hold-needs.ts';
import type { FieldDefinition } from '../fields/field.ts';
import { parseTemplate, tagsOf } from '../merge-tags/template.ts';

type Text = { subject: string | null; message: string; preheader: string | null };

/** Ids of the fields that these texts name in merge tags. */
export function fieldsInTexts(texts: readonly Text[], fields: readonly FieldDefinition[]): string[] {
  const named = new Set(
    texts
      .flatMap((text) => [text.subject ?? '', text.message, text.preheader ?? ''])
      .flatMap((text) => tagsOf(parseTemplate(text).parts).map((tag) => tag.field_name.toLowerCase())),
  );
  return fields.filter((field) => named.has(field.field_name.toLowerCase())).map((field) => field.field_id);
}

/** Keeps the fields that new texts name from being deleted: without them the campaign could never be exported. */
export async function holdForTexts(
  tx: Transaction,
  campaign: CampaignRow,
  texts: readonly Text[],
  fields: readonly FieldDefinition[],
): Promise<void> {
  await holdTextFields(tx, campaign, fieldsInTexts(texts, fields));
}

/** The same for all texts of the run: what only earlier texts named is let go. */
export async function renewTextHolds(
  tx: Transaction,
  campaign: CampaignRow,
  texts: readonly Text[],
  fields: readonly FieldDefinition[],
): Promise<void> {
  await releaseTextFields(tx, campaign);
  await holdForTexts(tx, campaign, texts, fields);
}
