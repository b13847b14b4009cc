import type { CheckedRow } from './checked-row.ts';
import type { Checker } from './import-context.ts';
import type { RawRow } from './raw-row.ts';

/** Rows that were checked before their transaction began, under the fields whose signature it names. */
export type PreparedChunk = {
  signature: string;
  rows: readonly CheckedRow[];
  /** The rows as the file has them, for checking them again when a field has changed since. */
  rawRows(): readonly RawRow[];
};

export function prepareChunk(checker: Checker, rows: readonly RawRow[]): PreparedChunk {
  return { signature: checker.checking.signature, rows: rows.map(checker.check), rawRows: () => rows };
}
