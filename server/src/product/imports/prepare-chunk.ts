import type { Newcomers } from '../customers/save-customers.ts';
import type { CheckedRow } from './checked-row.ts';
import type { Checker } from './import-context.ts';
import type { RawRow } from './raw-row.ts';

/** Rows that were checked before their transaction began, under the fields whose signature it names. */
export type PreparedChunk = {
  signature: string;
  count: number;
  /** The last row, and the file's offset behind it: the place to go on from. */
  end: { row: number; byte: number };
  /**
   * What the rows are if nobody holds one of these identifiers (a uuid[] parameter, null for none): each a new customer.
   * `write` is null where that was not expected. Null altogether when rows must be looked at one by one, because one is
   * bad, incomplete, or may meet another row of the file.
   */
  allNew: { blindIndexes: Buffer | null; write: Newcomers | null } | null;
  /**
   * Rows that leave nothing to what is stored and share no identifier with another row: each changes nothing if whoever
   * holds its identifier has a profile of its digest. Null where new customers were expected.
   */
  comparable: Comparable | null;
  rows(): readonly CheckedRow[];
  /** The rows as the file has them, for checking them again when a field has changed since. */
  rawRows(): readonly RawRow[];
  /** Gives the chunk's memory to a later one. Nothing of the chunk may be looked at afterwards. */
  release(): void;
};

export type Comparable = {
  count: number;
  /** A uuid[] and a bytea[] parameter. */
  blindIndexes: Buffer;
  digests: Buffer;
  /** All other rows of the chunk and these of the comparable ones (counted from 1, ascending), in the file's order. */
  othersAnd(differing: readonly number[]): readonly CheckedRow[];
};

export function prepareChunk(checker: Checker, raw: readonly RawRow[]): PreparedChunk {
  const rows = raw.map(checker.check);
  const last = rows.at(-1);
  return {
    signature: checker.checking.signature,
    count: rows.length,
    end: { row: last?.row ?? 0, byte: last?.endByte ?? 0 },
    allNew: null,
    comparable: null,
    rows: () => rows,
    rawRows: () => raw,
    release: () => undefined,
  };
}
