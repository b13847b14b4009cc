import { z } from 'zod';

const wrapped = z.string().max(10_000);
const versionNumber = z.number().int().min(1).max(65_535);

/** A record as it lies in the store. */
export const recordSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('account'),
    account_id: z.uuid(),
    wrapped_index_secret: wrapped,
    versions: z
      .array(z.strictObject({ version: versionNumber, wrapped_key: wrapped, seals_from: z.iso.datetime() }))
      .min(1)
      .max(1_000),
  }),
  z.strictObject({
    kind: z.literal('destroyed'),
    account_id: z.uuid(),
    destroyed_at: z.iso.datetime(),
    versions: z
      .array(z.strictObject({ version: versionNumber, commitment: z.string().max(100).nullable() }))
      .max(1_000),
  }),
  z.strictObject({ kind: z.literal('server'), wrapped_secret: wrapped }),
]);

export const erasureNoteSchema = z.strictObject({
  erasure_id: z.uuid(),
  account_id: z.uuid(),
  workspace_id: z.uuid(),
  customer_ids: z.array(z.uuid()).max(200_000),
  // Keyed hashes in the form of uuids, which no version of uuids made.
  blind_indexes: z.array(z.guid()).max(2_000_000),
});
