import type { RowError } from './row-error.ts';

/** A row as the file has it: cells by column (CSV) or a record (NDJSON), or neither when it could not be read. */
export type RawRow = {
  /** From 1 after the header; NDJSON: the line. */
  row: number;
  cells: readonly string[] | null;
  record: Readonly<Record<string, unknown>> | null;
  /** Why the row as a whole cannot be used. Its cells are then not looked at. */
  faults: readonly RowError[];
  /** The content's offset behind this row, from which reading may go on. */
  endByte: number;
};
