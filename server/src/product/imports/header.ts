import type { FieldDefinition } from '../fields/field.ts';
import { valueAsHeader } from '../fields/value-as-header.ts';
import { type RowError, shownName } from './row-error.ts';

export type HeaderReading = { columns: (FieldDefinition | null)[]; faults: RowError[] };

const plain = (name: string) => name.trim().toLowerCase();

/**
 * Maps a header line to fields: by `field_map` first (null drops the column), else by name; headers match ignoring case
 * and outer space. Everything that is wrong is told at once, as errors of row 0: an unknown, empty or repeated header, a
 * map entry for a column that is not there, and no identifier column where the workspace has unique fields.
 */
export function readHeader(
  cells: readonly string[],
  fieldMap: Readonly<Record<string, string | null>>,
  fields: readonly FieldDefinition[],
): HeaderReading {
  const faults: RowError[] = [];
  const fault = (field: string | null, code: string, message: string) =>
    faults.push({ row: 0, field: field === null ? null : shownName(field), code, message });
  if (cells.some((cell) => cell.includes('\0'))) {
    fault(null, 'wrong_encoding', 'The header line contains NUL characters. Save the file as UTF-8 and send it again.');
    return { columns: [], faults };
  }
  const byName = new Map(fields.map((field) => [plain(field.field_name), field]));
  const mapped = new Map<string, string | null>();
  for (const [header, name] of Object.entries(fieldMap)) {
    if (mapped.has(plain(header)))
      fault(
        header,
        'duplicate_header',
        'field_map names this header more than once. Case and outer space do not count.',
      );
    mapped.set(plain(header), name);
  }
  const headers = new Set(cells.map(plain));
  const seenHeaders = new Set<string>();
  const seenFields = new Set<string>();

  const columns = cells.map((cell, index): FieldDefinition | null => {
    const header = plain(cell);
    if (mapped.has(header) && mapped.get(header) === null) return null;
    if (header === '') {
      fault(
        null,
        'unknown_header',
        `Column ${index + 1} has no name. Name it after a field, or map "" to null to drop it.`,
      );
      return null;
    }
    if (seenHeaders.has(header)) {
      fault(cell, 'duplicate_header', 'This header stands more than once. Keep one column of that name.');
      return null;
    }
    seenHeaders.add(header);
    const target = mapped.get(header) ?? cell;
    const field = byName.get(plain(target));
    if (field === undefined) {
      const headerless = target === cell ? valueAsHeader(cell, index) : null;
      if (headerless !== null) {
        fault(null, 'unknown_header', headerless);
        return null;
      }
      const sentence =
        target === cell
          ? 'The workspace has no field of this name. Create the field, or map the header to a field or to null.'
          : 'field_map names a field that the workspace does not have.';
      fault(cell, 'unknown_header', sentence);
      return null;
    }
    if (seenFields.has(field.field_id)) {
      fault(cell, 'duplicate_header', 'Two columns are mapped to the same field. Map one of them to null.');
      return null;
    }
    seenFields.add(field.field_id);
    return field;
  });
  for (const header of Object.keys(fieldMap)) {
    if (!headers.has(plain(header)))
      fault(header, 'unknown_header', 'field_map names a header that the file does not have.');
  }
  const unique = fields.filter((field) => field.is_unique);
  if (faults.length === 0 && unique.length > 0 && !columns.some((field) => field?.is_unique === true)) {
    fault(
      null,
      'missing_identifier_column',
      `The file has no identifier column. Add one of: ${unique.map((field) => field.field_name).join(', ')}.`,
    );
  }
  return { columns, faults };
}
