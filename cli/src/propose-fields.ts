import type { Client, FieldsInferReply, ProposedField } from '@nudgescribe/sdk';
import { Unsuccessful, UsageMistake } from './mistakes.ts';
import { tableText } from './table.ts';
import type { Terminal } from './terminal.ts';

export type Proposal = Pick<FieldsInferReply, 'field_map' | 'delimiter'>;

function describe(field: ProposedField, isKnown: boolean): string[] {
  const kept = [field.is_unique ? 'identifier' : field.is_sensitive ? 'sealed' : 'open'];
  if (field.is_required && !field.is_unique) kept.push('required');
  if (field.is_ambiguous) kept.push('other date formats fit too');
  return [
    field.field_name,
    field.field_type,
    field.field_format ?? field.validation_rules?.format ?? '',
    isKnown ? 'is there already' : kept.join(', '),
  ];
}

/**
 * Has fields proposed for a sample, shows them without any value from the file, asks, and makes the ones that are missing.
 * Null when the user says no.
 */
export async function proposeFields(
  client: Client,
  terminal: Terminal,
  workspaceId: string,
  sample: string,
  isAgreed: boolean,
): Promise<Proposal | null> {
  const { fields, field_map, delimiter } = await client.fields.infer({ workspace_id: workspaceId, sample });
  const known = new Set(
    (await client.fields.list({ workspace_id: workspaceId })).map(({ field_name }) => field_name.toLowerCase()),
  );
  const isKnown = (field: ProposedField) => known.has(field.field_name.toLowerCase());
  terminal.note(
    tableText(
      ['field', 'type', 'format', 'kept'],
      fields.map((field) => describe(field, isKnown(field))),
    ),
  );
  terminal.note(
    '\nCustomers are matched by the identifier. Sealed fields are personal; open ones may make segments and reach a writer.',
  );
  const missing = fields.filter((field) => !isKnown(field));
  if (!fields.some((field) => field.is_unique) && known.size === 0)
    terminal.note('No column identifies a customer: importing the file again would make every customer again.');
  if (missing.length === 0) return { field_map, delimiter };
  if (!isAgreed) {
    if (!terminal.isInteractive) throw new UsageMistake('Without a terminal --infer needs --yes.');
    const answer = await terminal.ask(`Make ${missing.length} ${missing.length === 1 ? 'field' : 'fields'}? [Y/n] `);
    if (!/^(y(es)?)?$/i.test(answer)) return null;
  }
  let made = 0;
  for (const { samples: _samples, is_ambiguous: _ambiguous, ...field } of missing) {
    try {
      await client.fields.create({
        ...field,
        workspace_id: workspaceId,
        field_format: field.field_format ?? undefined,
        options: field.options ?? undefined,
        validation_rules: field.validation_rules ?? undefined,
      });
    } catch (error) {
      if (made > 0) terminal.note(`${made} of ${missing.length} fields were made before this:`);
      throw error;
    }
    made += 1;
  }
  terminal.note(`${made} ${made === 1 ? 'field was' : 'fields were'} made.`);
  return { field_map, delimiter };
}

/** A delimiter as people write it. Throws UsageMistake. */
export function readDelimiter(text: string): ',' | ';' | '\t' | '|' {
  const wish = text === 'tab' || text === '\\t' ? '\t' : text;
  if (wish === ',' || wish === ';' || wish === '\t' || wish === '|') return wish;
  throw new UsageMistake('--delimiter is one of , ; | or tab.');
}

/** The delimiter the server found in the sample, as its other calls take it. */
export function knownDelimiter(text: string): ',' | ';' | '\t' | '|' {
  if (text === ',' || text === ';' || text === '\t' || text === '|') return text;
  throw new Unsuccessful('The server named a delimiter that this version of the CLI does not know.');
}
