import { Readable } from 'node:stream';
import { z } from 'zod';
import { ObjectMissing, type ObjectStorage } from '../../providers/object-storage/object-storage.ts';
import type { AuditKeys, Checkpoint } from './chain.ts';

const MAX_ANCHOR_CHARACTERS = 2_000;

export type Anchor = Checkpoint & { signature: Buffer };

const anchorSchema = z.strictObject({
  account_id: z.string(),
  number: z.number().int().min(1),
  position: z.number().int().min(1),
  link_hash: z.string().regex(/^[0-9a-f]{64}$/),
  signed_at: z.iso.datetime(),
  signature: z.base64(),
});

const keyOf = (accountId: string) => `${accountId}/audit/anchor.json`;

/**
 * The newest checkpoint as it stands outside the database, so that a trail cut at its end is found: 'missing' when there
 * is none, 'altered' when what is there is not a checkpoint of ours.
 */
export async function readAnchor(
  objects: ObjectStorage,
  keys: AuditKeys,
  accountId: string,
): Promise<Anchor | 'missing' | 'altered'> {
  let text = '';
  try {
    for await (const chunk of objects.get(keyOf(accountId))) {
      text += String(chunk);
      if (text.length > MAX_ANCHOR_CHARACTERS) return 'altered';
    }
  } catch (error) {
    if (error instanceof ObjectMissing) return 'missing';
    throw error;
  }
  const anchor = parseAnchor(text);
  if (anchor === null || anchor.accountId !== accountId || !keys.signatureFits(anchor, anchor.signature))
    return 'altered';
  return anchor;
}

function parseAnchor(text: string): Anchor | null {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = anchorSchema.safeParse(raw);
  if (!parsed.success) return null;
  return {
    accountId: parsed.data.account_id,
    number: parsed.data.number,
    position: parsed.data.position,
    linkHash: Buffer.from(parsed.data.link_hash, 'hex'),
    signedAt: new Date(parsed.data.signed_at),
    signature: Buffer.from(parsed.data.signature, 'base64'),
  };
}

export async function writeAnchor(objects: ObjectStorage, anchor: Anchor): Promise<void> {
  const text = JSON.stringify({
    account_id: anchor.accountId,
    number: anchor.number,
    position: anchor.position,
    link_hash: anchor.linkHash.toString('hex'),
    signed_at: anchor.signedAt.toISOString(),
    signature: anchor.signature.toString('base64'),
  });
  await objects.put(keyOf(anchor.accountId), Readable.from([text]));
}
