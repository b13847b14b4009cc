import { GrowingArray, type Memory } from '../../platform/database/binary-arrays.ts';
import { clearValuesOf } from '../customers/profile-values.ts';
import { sealProfiles } from '../sealing/profile-envelope.ts';
import type { CheckedRow, CheckingFields } from './checked-row.ts';
import type { ImportContext } from './import-context.ts';
import { FLAGS, type PackedChunk } from './packed-chunk.ts';
import type { RowAhead } from './row-ahead.ts';

/** Packs the rows of one chunk as they are prepared. */
export type ChunkPacker = {
  readonly count: number;
  /** `text` is the row's profile by slot; `ahead` is null for a row with errors. */
  add(row: CheckedRow, text: string, ahead: Omit<RowAhead, 'write'> | null, mayRepeat: boolean): void;
  finish(source: PackedChunk['source']): PackedChunk;
};

/** How many bytes the columns of the last chunk took: the next one begins with as much instead of growing into it. */
export type PackedSizes = { texts: number; profiles: number; clearValues: number };

const USUAL_ROWS = 4_000;
const ID_ELEMENT_BYTES = 20;

/** Texts one behind the other, in memory of their own. */
class GrowingText {
  readonly #source: Memory;
  #memory: ArrayBuffer;
  #bytes: Buffer;
  length = 0;

  constructor(expected: number, source: Memory) {
    this.#source = source;
    this.#memory = source.take(Math.max(256, expected));
    this.#bytes = Buffer.from(this.#memory);
  }

  add(text: string): void {
    const needed = this.length + Buffer.byteLength(text);
    if (needed > this.#bytes.length) {
      const memory = this.#source.take(Math.max(2 * this.#bytes.length, needed));
      const larger = Buffer.from(memory);
      this.#bytes.copy(larger, 0, 0, this.length);
      this.#source.give(this.#memory);
      this.#memory = memory;
      this.#bytes = larger;
    }
    this.length += this.#bytes.write(text, this.length, 'utf8');
  }

  /** What was added between two lengths. */
  between(from: number, to: number): Buffer {
    return this.#bytes.subarray(from, to);
  }

  taken(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory, 0, this.length);
  }
}

/** What only new customers need. */
function sealedColumns(sizes: PackedSizes, memory: Memory) {
  return {
    /** Whose profile stands where among the texts: they are sealed together when the chunk is whole. */
    owners: [] as { customerId: string; from: number; to: number }[],
    profiles: new GrowingArray('bytea', sizes.profiles, memory),
    profileEnds: [] as number[],
    clearValues: new GrowingArray('jsonb', sizes.clearValues, memory),
    clearEnds: [] as number[],
    identifierOwners: new GrowingArray('uuid', ID_ELEMENT_BYTES * USUAL_ROWS, memory),
    identifierFieldIds: new GrowingArray('uuid', ID_ELEMENT_BYTES * USUAL_ROWS, memory),
  };
}

/** What only customers who are there already need. */
function comparedColumns(memory: Memory) {
  return {
    indexes: [] as number[],
    blindIndexes: new GrowingArray('uuid', ID_ELEMENT_BYTES * USUAL_ROWS, memory),
    digests: new GrowingArray('bytea', ID_ELEMENT_BYTES * USUAL_ROWS, memory),
  };
}

export function chunkPacker(
  checking: CheckingFields,
  /** Whose keys seal; null where nobody new is expected. */
  sealing: Pick<ImportContext, 'keys' | 'accountId' | 'workspaceId'> | null,
  sizes: PackedSizes,
  memory: Memory,
): ChunkPacker {
  const width = Math.ceil(checking.fields.length / 8);
  const rows: number[] = [];
  const endBytes: number[] = [];
  const flags: number[] = [];
  const given: number[] = [];
  const texts = new GrowingText(sizes.texts, memory);
  const textEnds: number[] = [];
  const failed: PackedChunk['failed'] = [];
  const customerIds = new GrowingArray('uuid', ID_ELEMENT_BYTES * USUAL_ROWS, memory);
  const digests = new GrowingArray('bytea', ID_ELEMENT_BYTES * USUAL_ROWS, memory);
  const blindIndexes = new GrowingArray('uuid', ID_ELEMENT_BYTES * USUAL_ROWS, memory);
  const identifierEnds: number[] = [];
  const identifierFields: number[] = [];
  const sealed = sealing === null ? null : sealedColumns(sizes, memory);
  const compared = sealing === null ? comparedColumns(memory) : null;
  const met = new Set<string>();
  let isClean = true;

  function addGood(row: CheckedRow, ahead: Omit<RowAhead, 'write'>, mayRepeat: boolean): void {
    customerIds.addId(ahead.customerId);
    digests.addBytes(ahead.text.digest);
    for (const identifier of row.identifiers) {
      if (met.has(identifier.blindIndex)) isClean = false;
      else met.add(identifier.blindIndex);
      blindIndexes.addId(identifier.blindIndex);
      identifierFields.push(identifier.fieldIndex);
      sealed?.identifierOwners.addId(ahead.customerId);
      sealed?.identifierFieldIds.addId(checking.fields[identifier.fieldIndex]?.field_id ?? '');
    }
    identifierEnds.push(identifierFields.length);
    const [identifier] = row.identifiers;
    if (compared !== null && identifier !== undefined && ahead.isWhole && !mayRepeat) {
      compared.indexes.push(rows.length);
      compared.blindIndexes.addId(identifier.blindIndex);
      compared.digests.addBytes(ahead.text.digest);
    }
    if (sealed === null) return;
    sealed.owners.push({ customerId: ahead.customerId, from: textEnds.at(-1) ?? 0, to: texts.length });
    sealed.clearValues.addJson(JSON.stringify(clearValuesOf(checking.fields, ahead.values)));
    sealed.clearEnds.push(sealed.clearValues.end);
  }

  function seal(): void {
    if (sealing === null || sealed === null) return;
    const { keys, accountId, workspaceId } = sealing;
    const profiles = sealed.owners.map(({ customerId, from, to }) => ({
      customerId,
      plaintext: texts.between(from, to),
    }));
    sealProfiles(keys, { accountId, workspaceId }, profiles, (envelope) => {
      sealed.profiles.addBytes(envelope);
      sealed.profileEnds.push(sealed.profiles.end);
    });
  }

  return {
    get count() {
      return rows.length;
    },
    add: (row, text, ahead, mayRepeat) => {
      isClean &&= ahead !== null && row.isComplete && !mayRepeat;
      texts.add(text);
      if (ahead === null) {
        const { errors, identifiers, mentions } = row;
        failed.push({ index: rows.length, errors, identifiers, mentions });
      } else {
        addGood(row, ahead, mayRepeat);
      }
      rows.push(row.row);
      endBytes.push(row.endByte);
      flags.push(
        (row.identityUnknown ? FLAGS.identityUnknown : 0) |
          (row.isComplete ? FLAGS.complete : 0) |
          (mayRepeat ? FLAGS.mayRepeat : 0) |
          (ahead?.isWhole === true ? FLAGS.whole : 0),
      );
      for (let byte = 0; byte < width; byte += 1) {
        let bits = 0;
        for (let bit = 0; bit < 8; bit += 1) if (row.values[8 * byte + bit] !== undefined) bits |= 1 << bit;
        given.push(bits);
      }
      textEnds.push(texts.length);
    },
    finish: (source) => {
      seal();
      sizes.texts = texts.length;
      if (sealed !== null) {
        sizes.profiles = sealed.profiles.end;
        sizes.clearValues = sealed.clearValues.end;
      }
      return {
        signature: checking.signature,
        count: rows.length,
        rows: Float64Array.from(rows),
        endBytes: Float64Array.from(endBytes),
        flags: Uint8Array.from(flags),
        given: Uint8Array.from(given),
        texts: texts.taken(),
        textEnds: Uint32Array.from(textEnds),
        failed,
        customerIds: customerIds.taken(),
        digests: digests.taken(),
        blindIndexes: blindIndexes.taken(),
        identifierEnds: Uint32Array.from(identifierEnds),
        identifierFields: Uint16Array.from(identifierFields),
        sealed:
          sealed === null
            ? null
            : {
                profiles: sealed.profiles.taken(),
                profileEnds: Uint32Array.from(sealed.profileEnds),
                clearValues: sealed.clearValues.taken(),
                clearEnds: Uint32Array.from(sealed.clearEnds),
                identifierOwners: sealed.identifierOwners.taken(),
                identifierFieldIds: sealed.identifierFieldIds.taken(),
              },
        compared:
          compared === null
            ? null
            : {
                indexes: Uint32Array.from(compared.indexes),
                blindIndexes: compared.blindIndexes.taken(),
                digests: compared.digests.taken(),
              },
        source,
        isClean,
      };
    },
  };
}

/** The memory that changes hands with a chunk. */
export function memoryOf(packed: PackedChunk): ArrayBuffer[] {
  const { sealed, compared, source } = packed;
  const columns = [
    ...Object.values(packed),
    ...Object.values(sealed ?? {}),
    ...Object.values(compared ?? {}),
    source.bytes,
  ];
  return columns.filter((column) => ArrayBuffer.isView(column)).map((column) => column.buffer as ArrayBuffer);
}
