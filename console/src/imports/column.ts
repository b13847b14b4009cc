import type { CustomerProfileField, FieldsInferReply, ProposedField } from '@nudgescribe/sdk';

/** What becomes of one column of a file: left out, put into a field there is, or into one that is made for it. */
export type Column = {
  header: string;
  samples: readonly string[];
  proposed: ProposedField;
  /** '' leaves it out, 'new' makes the proposed field, anything else names a field of the workspace. */
  target: string;
};

export const LEFT_OUT = '';
export const NEW_FIELD = 'new';

/** The server's proposal as columns; a field of the workspace with the column's name is taken before a new one is made. */
export function columnsFrom(inferred: FieldsInferReply, known: readonly CustomerProfileField[]): Column[] {
  const headers = new Map(Object.entries(inferred.field_map).map(([header, name]) => [name, header]));
  return inferred.fields.map((proposed) => {
    const same = known.find(({ field_name }) => field_name.toLowerCase() === proposed.field_name.toLowerCase());
    return {
      header: headers.get(proposed.field_name) ?? proposed.field_name,
      samples: proposed.samples,
      proposed,
      target: same?.field_name ?? NEW_FIELD,
    };
  });
}

/** Headers that the server is to read differently from how they stand. Columns it could not name are left out. */
export function fieldMapFor(columns: readonly Column[], inferred: FieldsInferReply): Record<string, string | null> {
  const map: Record<string, string | null> = {};
  for (const [header, name] of Object.entries(inferred.field_map)) if (name === null) map[header] = null;
  for (const { header, proposed, target } of columns) {
    const name = target === LEFT_OUT ? null : target === NEW_FIELD ? proposed.field_name : target;
    if (name !== header) map[header] = name;
  }
  return map;
}

/** Two columns cannot fill one field. */
export function doubledTargets(columns: readonly Column[]): string[] {
  const seen = new Map<string, number>();
  for (const { target } of columns)
    if (target !== LEFT_OUT && target !== NEW_FIELD) seen.set(target, (seen.get(target) ?? 0) + 1);
  return [...seen].filter(([, times]) => times > 1).map(([name]) => name);
}

const SAMPLE_BYTES = 900_000;

/** The beginning of a file as text, whole lines only: half a line would be taken for one with missing cells. */
export async function readSample(file: File): Promise<string> {
  const text = await file.slice(0, SAMPLE_BYTES).text();
  return file.size > SAMPLE_BYTES && text.includes('\n') ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
}
