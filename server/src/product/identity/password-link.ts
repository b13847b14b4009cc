import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Transaction } from '../../platform/database/database.ts';
import { bytesOfId, idFromBytes } from '../../platform/ids/ids.ts';
import { insertPasswordLink, lockPasswordLink } from './password-link-store.ts';

const ID_BYTES = 16;
const SECRET_BYTES = 32;

/** What a link's token holds: whose it is, and the secret that proves it. */
export type LinkToken = { accountId: string; userId: string; secret: Buffer };

export function readLinkToken(text: string): LinkToken | null {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== 2 * ID_BYTES + SECRET_BYTES || bytes.toString('base64url') !== text) return null;
  return {
    accountId: idFromBytes(bytes.subarray(0, ID_BYTES)),
    userId: idFromBytes(bytes.subarray(ID_BYTES, 2 * ID_BYTES)),
    secret: bytes.subarray(2 * ID_BYTES),
  };
}

/** Behind the #, so that neither a server's log nor a proxy's ever sees the token. */
export const linkPath = (token: string) => `/choose-password#${token}`;

const hashOf = (secret: Buffer) => createHash('sha256').update(secret).digest();

/** A token that lets its holder choose the user's password once; the user's earlier one is good no more. */
export async function makeLink(
  tx: Transaction,
  link: { accountId: string; userId: string; createdBy: string; expiresAt: Date },
): Promise<string> {
  const secret = randomBytes(SECRET_BYTES);
  await insertPasswordLink(tx, { ...link, secretHash: hashOf(secret) });
  return Buffer.concat([bytesOfId(link.accountId), bytesOfId(link.userId), secret]).toString('base64url');
}

/** The link that a token is of: whether it still holds, until when, and who made it; null when the token is of none. Locked until the transaction ends. */
export async function findLink(
  tx: Transaction,
  token: LinkToken,
  now: Date,
): Promise<{ holds: boolean; expiresAt: Date; createdBy: string } | null> {
  const link = await lockPasswordLink(tx, token.accountId, token.userId);
  if (link === undefined || !timingSafeEqual(link.secret_hash, hashOf(token.secret))) return null;
  return { holds: link.expires_at > now, expiresAt: link.expires_at, createdBy: link.created_by };
}
