import type { CheckedRow, CheckingFields } from './checked-row.ts';
import { FLAGS, type PackedChunk } from './packed-chunk.ts';
import { GrowingBytes } from './packed-parts.ts';
import type { RowAhead } from './row-ahead.ts';

/** Packs the rows of one chunk as they are prepared. */
export type ChunkPacker = {
  /** `text` is the row's profile by slot; `ahead` is null for a row with errors. */
  add(row: CheckedRow, text: string, ahead: RowAhead | null, mayRepeat: boolean): void;
  finish(source: PackedChunk['source']): PackedChunk;
};

/** How much room the columns of the last chunk took: the next one begins with it instead of growing into it. */
export type PackedSizes = { texts: number; profiles: number; clearValues: number };

const NO_DIGEST = Buffer.alloc(16);
const NO_ID = '00000000-0000-0000-0000-000000000000';

export function chunkPacker(checking: CheckingFields, sealing: boolean, sizes: PackedSizes): ChunkPacker {
  const width = Math.ceil(checking.fields.length / 8);
  const rows: number[] = [];
  const endBytes: number[] = [];
  const flags: number[] = [];
  const identifierFields: number[] = [];
  const identifierEnds: number[] = [];
  const textEnds: number[] = [];
  const profileEnds: number[] = [];
  const clearEnds: number[] = [];
  const given = new GrowingBytes(width * 4_000);
  const identifiers = new GrowingBytes(16 * 8_000);
  const customerIds = new GrowingBytes(16 * 4_000);
  const digests = new GrowingBytes(16 * 4_000);
  const texts = new GrowingBytes(sizes.texts);
  const profiles = new GrowingBytes(sealing ? sizes.profiles : 0);
  const clearValues = new GrowingBytes(sealing ? sizes.clearValues : 0);
  const errors: PackedChunk['errors'] = [];

  return {
    add: (row, text, ahead, mayRepeat) => {
      if (row.errors.length > 0) errors.push({ index: rows.length, errors: [...row.errors] });
      rows.push(row.row);
      endBytes.push(row.endByte);
      flags.push(
        (row.identityUnknown ? FLAGS.identityUnknown : 0) |
          (row.isComplete ? FLAGS.complete : 0) |
          (mayRepeat ? FLAGS.mayRepeat : 0) |
          (ahead?.isWhole === true ? FLAGS.whole : 0),
      );
      const from = given.length;
      given.appendZeros(width);
      for (let index = 0; index < row.values.length; index += 1)
        if (row.values[index] !== undefined) given.setBit(from, index);
      for (const identifier of row.identifiers) {
        identifiers.appendId(identifier.blindIndex);
        identifierFields.push(identifier.fieldIndex);
      }
      identifierEnds.push(identifierFields.length);
      customerIds.appendId(ahead?.customerId ?? NO_ID);
      digests.append(ahead?.text.digest ?? NO_DIGEST);
      texts.appendText(text);
      textEnds.push(texts.length);
      if (!sealing) return;
      if (ahead?.write != null) {
        profiles.append(ahead.write.sealedProfile);
        clearValues.appendText(ahead.write.clearValues.toString());
      }
      profileEnds.push(profiles.length);
      clearEnds.push(clearValues.length);
    },
    finish: (source) => {
      sizes.texts = texts.length;
      if (sealing) {
        sizes.profiles = profiles.length;
        sizes.clearValues = clearValues.length;
      }
      return {
        signature: checking.signature,
        rows: Float64Array.from(rows),
        endBytes: Float64Array.from(endBytes),
        flags: Uint8Array.from(flags),
        given: given.taken(),
        identifiers: identifiers.taken(),
        identifierFields: Uint16Array.from(identifierFields),
        identifierEnds: Uint32Array.from(identifierEnds),
        customerIds: customerIds.taken(),
        digests: digests.taken(),
        texts: { bytes: texts.taken(), ends: Uint32Array.from(textEnds) },
        sealed: sealing
          ? {
              profiles: { bytes: profiles.taken(), ends: Uint32Array.from(profileEnds) },
              clearValues: { bytes: clearValues.taken(), ends: Uint32Array.from(clearEnds) },
            }
          : null,
        source,
        errors,
      };
    },
  };
}

/** The memory that changes hands with a chunk. */
export function memoryOf(packed: PackedChunk): ArrayBuffer[] {
  const columns = [
    packed.rows,
    packed.endBytes,
    packed.flags,
    packed.given,
    packed.identifiers,
    packed.identifierFields,
    packed.identifierEnds,
    packed.customerIds,
    packed.digests,
    packed.texts.bytes,
    packed.texts.ends,
    packed.source.bytes,
    ...(packed.sealed === null
      ? []
      : [
          packed.sealed.profiles.bytes,
          packed.sealed.profiles.ends,
          packed.sealed.clearValues.bytes,
          packed.sealed.clearValues.ends,
        ]),
  ];
  return columns.map((column) => column.buffer as ArrayBuffer);
}
