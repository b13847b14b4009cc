import type { ProfileValues } from '../customers/profile-values.ts';
import type { CustomerWrite } from '../customers/save-customers.ts';
import type { FieldDefinition } from '../fields/field.ts';
import { decodeProfile } from '../sealing/profile-envelope.ts';
import type { CheckedRow, RowIdentifier } from './checked-row.ts';
import { type PackedBytes, readBit, readId } from './packed-parts.ts';
import type { PreparedChunk } from './prepare-chunk.ts';
import type { RawRow } from './raw-row.ts';
import type { RowAhead } from './row-ahead.ts';
import type { RowError } from './row-error.ts';

export const FLAGS = { identityUnknown: 1, complete: 2, mayRepeat: 4, whole: 8 } as const;

/**
 * A prepared chunk as it comes from the thread that prepares: columns in a few buffers that change hands without being
 * copied, because thousands of small objects would be copied one by one and then collected one by one.
 */
export type PackedChunk = {
  signature: string;
  rows: Float64Array;
  endBytes: Float64Array;
  flags: Uint8Array;
  /** A bit for each row and field: whether the row says something of it, be it that it is blank. */
  given: Uint8Array;
  identifiers: Uint8Array;
  identifierFields: Uint16Array;
  /** By row: where its identifiers end. */
  identifierEnds: Uint32Array;
  customerIds: Uint8Array;
  digests: Uint8Array;
  /** Each row's profile as JSON by slot. */
  texts: PackedBytes;
  /** Null where new customers were not expected. */
  sealed: { profiles: PackedBytes; clearValues: PackedBytes } | null;
  /** The chunk's own bytes of the file, from which a row can be read again. */
  source: { bytes: Uint8Array; fromByte: number; fromRow: number };
  errors: { index: number; errors: RowError[] }[];
};

export const DIGEST_BYTES = 16;

/** Reads rows out of their bytes again: the offset and the row's number before them are needed to tell where they stand. */
export type RereadRows = (bytes: Buffer, fromByte: number, fromRow: number) => RawRow[];

const NO_ERRORS: readonly RowError[] = [];

function sliceOf(packed: PackedBytes, index: number): Buffer {
  const from = index === 0 ? 0 : (packed.ends[index - 1] ?? 0);
  return Buffer.from(packed.bytes.buffer, packed.bytes.byteOffset + from, (packed.ends[index] ?? from) - from);
}

/** Columns of a packed chunk with what is needed to look into them row by row. */
type Opened = {
  packed: PackedChunk;
  fields: readonly FieldDefinition[];
  errors: ReadonlyMap<number, readonly RowError[]>;
  reread: RereadRows;
};

/** What is worked out of the columns only when it is asked for: most rows are never asked. */
class PackedRow implements CheckedRow {
  readonly row: number;
  readonly endByte: number;
  readonly identifiers: readonly RowIdentifier[];
  readonly errors: readonly RowError[];
  readonly identityUnknown: boolean;
  readonly isComplete: boolean;
  readonly mayRepeat: boolean;
  readonly ahead: RowAhead | null;
  readonly #chunk: Opened;
  readonly #index: number;

  constructor(chunk: Opened, index: number) {
    const { packed } = chunk;
    const flags = packed.flags[index] ?? 0;
    this.#chunk = chunk;
    this.#index = index;
    this.row = packed.rows[index] ?? 0;
    this.endByte = packed.endBytes[index] ?? 0;
    this.identifiers = identifiersAt(packed, index);
    this.errors = chunk.errors.get(index) ?? NO_ERRORS;
    this.identityUnknown = (flags & FLAGS.identityUnknown) !== 0;
    this.isComplete = (flags & FLAGS.complete) !== 0;
    this.mayRepeat = (flags & FLAGS.mayRepeat) !== 0;
    this.ahead = this.errors.length > 0 ? null : new PackedAhead(packed, index, (flags & FLAGS.whole) !== 0);
  }

  get raw(): RawRow {
    const { packed, reread } = this.#chunk;
    const { bytes, fromByte, fromRow } = packed.source;
    const first = this.#index === 0;
    const startByte = first ? fromByte : (packed.endBytes[this.#index - 1] ?? 0);
    const startRow = first ? fromRow : (packed.rows[this.#index - 1] ?? 0);
    const own = Buffer.from(bytes.buffer, startByte - fromByte, this.endByte - startByte);
    const [raw] = reread(own, startByte, startRow);
    if (raw === undefined) throw new Error('A row of the chunk could not be read again.');
    return raw;
  }

  get values(): (string | null | undefined)[] {
    const { packed, fields } = this.#chunk;
    const held = valuesAt(packed, this.#index);
    const width = Math.ceil(fields.length / 8);
    return fields.map((field, index) => {
      const value = held.get(field.slot);
      if (value !== undefined) return value;
      return readBit(packed.given, this.#index * width, index) ? null : undefined;
    });
  }
}

class PackedAhead implements RowAhead {
  readonly customerId: string;
  readonly isWhole: boolean;
  readonly #packed: PackedChunk;
  readonly #index: number;

  constructor(packed: PackedChunk, index: number, isWhole: boolean) {
    this.#packed = packed;
    this.#index = index;
    this.isWhole = isWhole;
    this.customerId = readId(packed.customerIds, index);
  }

  get values(): ProfileValues {
    return valuesAt(this.#packed, this.#index);
  }

  get text(): RowAhead['text'] {
    return { plaintext: sliceOf(this.#packed.texts, this.#index), digest: this.#digest() };
  }

  get write(): CustomerWrite | null {
    const { sealed } = this.#packed;
    if (sealed === null) return null;
    return {
      customerId: this.customerId,
      sealedProfile: sliceOf(sealed.profiles, this.#index),
      profileDigest: this.#digest(),
      clearValues: sliceOf(sealed.clearValues, this.#index),
    };
  }

  #digest(): Buffer {
    return Buffer.from(this.#packed.digests.buffer, this.#index * DIGEST_BYTES, DIGEST_BYTES);
  }
}

const valuesAt = (packed: PackedChunk, index: number) => decodeProfile(sliceOf(packed.texts, index));

function identifiersAt(packed: PackedChunk, index: number): RowIdentifier[] {
  const found: RowIdentifier[] = [];
  const end = packed.identifierEnds[index] ?? 0;
  for (let at = index === 0 ? 0 : (packed.identifierEnds[index - 1] ?? 0); at < end; at += 1)
    found.push({ fieldIndex: packed.identifierFields[at] ?? 0, blindIndex: readId(packed.identifiers, at) });
  return found;
}

/** The chunk as the merge knows it. `fields` are those it was prepared under. */
export function unpackChunk(
  packed: PackedChunk,
  fields: readonly FieldDefinition[],
  reread: RereadRows,
): PreparedChunk {
  const errors = new Map(packed.errors.map((one) => [one.index, one.errors]));
  const opened: Opened = { packed, fields, errors, reread };
  const { bytes, fromByte, fromRow } = packed.source;
  return {
    signature: packed.signature,
    rows: Array.from(packed.rows, (_, index) => new PackedRow(opened, index)),
    rawRows: () => reread(Buffer.from(bytes.buffer), fromByte, fromRow),
  };
}
