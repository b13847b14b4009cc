import { Readable } from 'node:stream';
import type { Services } from '../services.ts';
import { type FailedRowContent, type ImportPlace, openFailedRow, openHeader } from './failed-row.ts';
import type { ImportRow } from './import.ts';
import { failedRowsAfter } from './row-store.ts';

/** Columns the repair file adds behind the original ones; a check drops them again when the mended file comes back. */
export const REPAIR_COLUMNS = ['error_row', 'error_field', 'error_code', 'error_message'] as const;

const ROWS_AT_ONCE = 1_000;
const MAX_RECORD_KEYS = 1_000;

const cell = (text: string) => (/[",\r\n;\t|]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const line = (cells: readonly string[]) => `${cells.map(cell).join(',')}\r\n`;

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What a row has beyond the header's columns, which would be lost with them. */
function leftOver(cells: readonly string[] | null, columns: number): string[] {
  const more = cells?.slice(columns) ?? [];
  return more.length === 0 ? [] : [`Left over at the end of the row: ${more.map(cell).join(',')}`];
}

/**
 * The failed rows of an import as CSV: the original cells, exactly, and why each row failed. Read in pieces, so that a
 * million failed rows cost no memory. Cells are not neutralised for spreadsheets: the file is meant to be sent again.
 */
export async function repairFile(services: Services, row: ImportRow): Promise<Readable> {
  const keys = await services.keyring.forAccount(row.account_id);
  const place: ImportPlace = {
    accountId: row.account_id,
    workspaceId: row.workspace_id,
    importId: row.import_id,
  };

  async function* failedRows(): AsyncGenerator<FailedRowContent> {
    let after = 0;
    for (;;) {
      const from = after;
      const rows = await services.database.tenant(row.account_id, (tx) =>
        failedRowsAfter(tx, row.account_id, row.import_id, from, ROWS_AT_ONCE),
      );
      for (const failed of rows) yield openFailedRow(keys, place, failed);
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.row_number;
    }
  }

  /** Records have no header: the columns are the keys of the failed ones, in the order met. */
  async function recordColumns(): Promise<string[]> {
    const columns = new Set<string>();
    for await (const failed of failedRows()) {
      for (const key of Object.keys(failed.record ?? {})) if (columns.size < MAX_RECORD_KEYS) columns.add(key);
    }
    return [...columns];
  }

  async function* text() {
    const { content_kind, sealed_header } = row;
    const isCsv = content_kind === 'csv' && sealed_header !== null;
    const header = isCsv ? openHeader(keys, place, sealed_header) : await recordColumns();
    yield line([...header, ...REPAIR_COLUMNS]);
    for await (const failed of failedRows()) {
      const { cells, record, errors } = failed;
      const original = header.map((name, column) =>
        record === null ? (cells?.[column] ?? '') : textOf(Object.hasOwn(record, name) ? record[name] : null),
      );
      yield line([
        ...original,
        String(errors[0]?.row ?? ''),
        errors.map((error) => error.field ?? '').join('; '),
        errors.map((error) => error.code).join('; '),
        [...errors.map((error) => error.message), ...leftOver(cells, header.length)].join(' '),
      ]);
    }
  }

  return Readable.from(text());
}
