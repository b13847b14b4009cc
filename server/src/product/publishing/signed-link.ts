import { createHmac, timingSafeEqual } from 'node:crypto';

export const LINK_SECONDS = 15 * 60;

/** What a link opens: one part of one publication, for so long. `expires` in seconds since 1970. */
export type LinkTarget = { accountId: string; publicationId: string; page: number; expires: number };

const NAMES = ['account', 'publication', 'page', 'expires', 'signature'] as const;

function signatureOf(key: Buffer, target: LinkTarget): Buffer {
  return createHmac('sha256', key)
    .update(`published file\n${target.accountId}\n${target.publicationId}\n${target.page}\n${target.expires}`)
    .digest();
}

/** A link whose signature holds. */
export type SignedLink = { target: LinkTarget; isOver: boolean };

/** The query string of a link to one file; the signature covers all of it. */
export function signLink(key: Buffer, target: LinkTarget): string {
  const query = new URLSearchParams({
    account: target.accountId,
    publication: target.publicationId,
    page: String(target.page),
    expires: String(target.expires),
    signature: signatureOf(key, target).toString('base64url'),
  });
  return query.toString();
}

/** The target of an untouched link, and whether its time is over; null for anything else. */
export function openLink(key: Buffer, query: Readonly<Record<string, string>>, nowSeconds: number): SignedLink | null {
  const names = Object.keys(query);
  if (names.length !== NAMES.length || !NAMES.every((name) => typeof query[name] === 'string')) return null;
  const { account = '', publication = '', page = '', expires = '', signature = '' } = query as Record<string, string>;
  // Only the canonical spelling of a number: "07" or "7.0" would be another text under the same signature.
  if (!/^[1-9]\d{0,8}$/.test(page) || !/^[1-9]\d{0,11}$/.test(expires)) return null;
  const target = { accountId: account, publicationId: publication, page: Number(page), expires: Number(expires) };
  const expected = signatureOf(key, target);
  const given = Buffer.from(signature, 'base64url');
  if (
    given.toString('base64url') !== signature ||
    given.length !== expected.length ||
    !timingSafeEqual(given, expected)
  )
    return null;
  return { target, isOver: nowSeconds > target.expires };
}
