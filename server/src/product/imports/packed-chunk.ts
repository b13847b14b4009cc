import { arrayParameter, elementAt, fixedAt, idAt } from '../../platform/database/binary-arrays.ts';
import type { ProfileValues } from '../customers/profile-values.ts';
import type { CustomerWrite } from '../customers/save-customers.ts';
import type { FieldDefinition } from '../fields/field.ts';
import { decodeProfile } from '../sealing/profile-envelope.ts';
import type { CheckedRow, RowIdentifier } from './checked-row.ts';
import type { PreparedChunk } from './prepare-chunk.ts';
import type { RawRow } from './raw-row.ts';
import type { RowAhead } from './row-ahead.ts';
import type { RowError } from './row-error.ts';

export const FLAGS = { identityUnknown: 1, complete: 2, mayRepeat: 4, whole: 8 } as const;

/**
 * A prepared chunk as it comes from the thread that prepares: columns in a few buffers that change hands without being
 * copied, because thousands of small objects would be copied one by one and then collected one by one. What is stored
 * of new customers stands in arrays that go to Postgres as they are.
 */
export type PackedChunk = {
  signature: string;
  count: number;
  rows: Float64Array;
  endBytes: Float64Array;
  flags: Uint8Array;
  /** A bit for each row and field: whether the row says something of it, be it that it is blank. */
  given: Uint8Array;
  /** Each row's profile as JSON by slot, one behind the other. */
  texts: Uint8Array;
  textEnds: Uint32Array;
  /** The rows with errors. They have no place in the arrays below. */
  failed: {
    index: number;
    errors: readonly RowError[];
    identifiers: readonly RowIdentifier[];
    mentions: readonly string[];
  }[];
  customerIds: Uint8Array;
  digests: Uint8Array;
  /** The good rows' identifiers; by good row where they end, and by identifier which field it is of. */
  blindIndexes: Uint8Array;
  identifierEnds: Uint32Array;
  identifierFields: Uint16Array;
  /** Null where new customers were not expected. */
  sealed: {
    profiles: Uint8Array;
    profileEnds: Uint32Array;
    clearValues: Uint8Array;
    clearEnds: Uint32Array;
    identifierOwners: Uint8Array;
    identifierFieldIds: Uint8Array;
  } | null;
  /** Where customers are expected to be there: the rows of a Comparable, by their index in the chunk. */
  compared: { indexes: Uint32Array; blindIndexes: Uint8Array; digests: Uint8Array } | null;
  /** The chunk's own bytes of the file, from which a row can be read again. */
  source: { bytes: Uint8Array; fromByte: number; fromRow: number };
  /** Every row is good and complete and has identifiers of its own: if none of them is stored, all are new. */
  isClean: boolean;
};

/** Reads rows out of their bytes again: the offset and the row's number before them tell where they stand. */
export type RereadRows = (bytes: Buffer, fromByte: number, fromRow: number) => RawRow[];

/** A packed chunk with what is needed to look into it row by row. */
type Opened = { packed: PackedChunk; fields: readonly FieldDefinition[]; reread: RereadRows };

const DIGEST_BYTES = 16;
const NO_ERRORS: readonly RowError[] = [];
const NO_MENTIONS: readonly string[] = [];

function textAt(packed: PackedChunk, index: number): Buffer {
  const from = index === 0 ? 0 : (packed.textEnds[index - 1] ?? 0);
  return Buffer.from(packed.texts.buffer, from, (packed.textEnds[index] ?? from) - from);
}

const valuesAt = (packed: PackedChunk, index: number): ProfileValues => decodeProfile(textAt(packed, index));

function hasBit(bits: Uint8Array, fromByte: number, index: number): boolean {
  return ((bits[fromByte + (index >> 3)] ?? 0) & (1 << (index & 7))) !== 0;
}

function identifiersAt(packed: PackedChunk, goodIndex: number): RowIdentifier[] {
  const found: RowIdentifier[] = [];
  const end = packed.identifierEnds[goodIndex] ?? 0;
  for (let at = goodIndex === 0 ? 0 : (packed.identifierEnds[goodIndex - 1] ?? 0); at < end; at += 1)
    found.push({ fieldIndex: packed.identifierFields[at] ?? 0, blindIndex: idAt(packed.blindIndexes, at) });
  return found;
}

/** What stands in the columns is worked out only when it is asked for: most rows are never asked. */
class PackedRow implements CheckedRow {
  readonly row: number;
  readonly endByte: number;
  readonly identifiers: readonly RowIdentifier[];
  readonly mentions: readonly string[];
  readonly errors: readonly RowError[];
  readonly identityUnknown: boolean;
  readonly isComplete: boolean;
  readonly mayRepeat: boolean;
  readonly ahead: RowAhead | null;
  readonly #chunk: Opened;
  readonly #index: number;

  constructor(chunk: Opened, index: number, goodIndex: number, failed: PackedChunk['failed'][number] | undefined) {
    const { packed } = chunk;
    const flags = packed.flags[index] ?? 0;
    this.#chunk = chunk;
    this.#index = index;
    this.row = packed.rows[index] ?? 0;
    this.endByte = packed.endBytes[index] ?? 0;
    this.identifiers = failed?.identifiers ?? identifiersAt(packed, goodIndex);
    this.mentions = failed?.mentions ?? NO_MENTIONS;
    this.errors = failed?.errors ?? NO_ERRORS;
    this.identityUnknown = (flags & FLAGS.identityUnknown) !== 0;
    this.isComplete = (flags & FLAGS.complete) !== 0;
    this.mayRepeat = (flags & FLAGS.mayRepeat) !== 0;
    this.ahead = failed === undefined ? new PackedAhead(packed, index, goodIndex) : null;
  }

  get raw(): RawRow {
    const { packed, reread } = this.#chunk;
    const { bytes, fromByte, fromRow } = packed.source;
    const before = this.#index - 1;
    const startByte = before < 0 ? fromByte : (packed.endBytes[before] ?? 0);
    const startRow = before < 0 ? fromRow : (packed.rows[before] ?? 0);
    const own = Buffer.from(bytes.buffer, startByte - fromByte, this.endByte - startByte);
    const [raw] = reread(own, startByte, startRow);
    if (raw === undefined) throw new Error('A row of the chunk could not be read again.');
    return raw;
  }

  get values(): (string | null | undefined)[] {
    const { packed, fields } = this.#chunk;
    const held = valuesAt(packed, this.#index);
    const from = this.#index * Math.ceil(fields.length / 8);
    return fields.map((field, index) => held.get(field.slot) ?? (hasBit(packed.given, from, index) ? null : undefined));
  }
}

class PackedAhead implements RowAhead {
  readonly customerId: string;
  readonly #packed: PackedChunk;
  readonly #index: number;
  readonly #goodIndex: number;

  constructor(packed: PackedChunk, index: number, goodIndex: number) {
    this.#packed = packed;
    this.#index = index;
    this.#goodIndex = goodIndex;
    this.customerId = idAt(packed.customerIds, goodIndex);
  }

  get isWhole(): boolean {
    return ((this.#packed.flags[this.#index] ?? 0) & FLAGS.whole) !== 0;
  }

  get values(): ProfileValues {
    return valuesAt(this.#packed, this.#index);
  }

  get text(): RowAhead['text'] {
    return { plaintext: textAt(this.#packed, this.#index), digest: this.#digest() };
  }

  get write(): CustomerWrite | null {
    const { sealed } = this.#packed;
    if (sealed === null) return null;
    return {
      customerId: this.customerId,
      sealedProfile: elementAt(sealed.profiles, sealed.profileEnds, this.#goodIndex, 'bytea'),
      profileDigest: this.#digest(),
      clearValues: elementAt(sealed.clearValues, sealed.clearEnds, this.#goodIndex, 'jsonb'),
    };
  }

  #digest(): Buffer {
    return fixedAt(this.#packed.digests, this.#goodIndex, DIGEST_BYTES);
  }
}

/** The rows, without those whose index is left out. */
function rowsOfPacked(opened: Opened, leftOut?: ReadonlySet<number>): CheckedRow[] {
  const { packed } = opened;
  const failed = new Map(packed.failed.map((one) => [one.index, one]));
  const rows: CheckedRow[] = [];
  let goodIndex = 0;
  for (let index = 0; index < packed.count; index += 1) {
    const bad = failed.get(index);
    if (leftOut?.has(index) !== true) rows.push(new PackedRow(opened, index, goodIndex, bad));
    if (bad === undefined) goodIndex += 1;
  }
  return rows;
}

function comparable(opened: Opened): PreparedChunk['comparable'] {
  const { compared } = opened.packed;
  if (compared === null || compared.indexes.length === 0) return null;
  return {
    count: compared.indexes.length,
    blindIndexes: arrayParameter(compared.blindIndexes),
    digests: arrayParameter(compared.digests),
    othersAnd: (differing) => {
      const leftOut = new Set(compared.indexes);
      for (const ordinal of differing) leftOut.delete(compared.indexes[ordinal - 1] ?? -1);
      return rowsOfPacked(opened, leftOut);
    },
  };
}

function allNew(packed: PackedChunk): PreparedChunk['allNew'] {
  if (!packed.isClean) return null;
  const blindIndexes = packed.identifierFields.length === 0 ? null : arrayParameter(packed.blindIndexes);
  const { sealed } = packed;
  if (sealed === null) return { blindIndexes, write: null };
  const customers = {
    customerIds: arrayParameter(packed.customerIds),
    sealedProfiles: arrayParameter(sealed.profiles),
    profileDigests: arrayParameter(packed.digests),
    clearValues: arrayParameter(sealed.clearValues),
  };
  const owners = {
    customerIds: arrayParameter(sealed.identifierOwners),
    fieldIds: arrayParameter(sealed.identifierFieldIds),
  };
  const identifiers = blindIndexes === null ? null : { blindIndexes, ...owners };
  return { blindIndexes, write: { count: packed.count, customers, identifiers } };
}

/** The memory of a chunk's large columns, which the next chunk may be packed into. */
export function spentMemory(packed: PackedChunk): ArrayBuffer[] {
  const { texts, customerIds, digests, blindIndexes, sealed, compared, source } = packed;
  const large = [texts, customerIds, digests, blindIndexes, source.bytes];
  if (sealed !== null) {
    large.push(sealed.profiles, sealed.clearValues, sealed.identifierOwners, sealed.identifierFieldIds);
  }
  if (compared !== null) large.push(compared.blindIndexes, compared.digests);
  return large.map((column) => column.buffer as ArrayBuffer);
}

/** The chunk as the merge knows it. `fields` are those it was prepared under. */
export function unpackChunk(
  packed: PackedChunk,
  fields: readonly FieldDefinition[],
  reread: RereadRows,
  release: (memory: ArrayBuffer[]) => void,
): PreparedChunk {
  const { bytes, fromByte, fromRow } = packed.source;
  const opened: Opened = { packed, fields, reread };
  let rows: CheckedRow[] | null = null;
  return {
    signature: packed.signature,
    count: packed.count,
    end: { row: packed.rows.at(-1) ?? fromRow, byte: packed.endBytes.at(-1) ?? fromByte },
    allNew: allNew(packed),
    comparable: comparable(opened),
    rows: () => {
      rows ??= rowsOfPacked(opened);
      return rows;
    },
    rawRows: () => reread(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), fromByte, fromRow),
    release: () => release(spentMemory(packed)),
  };
}
