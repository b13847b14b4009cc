import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isUuid } from '../../platform/ids/ids.ts';

const SECRET_BYTES = 32;

/** What a console's cookie says: which session, and the secret that proves it. */
export type ConsoleCookie = { accountId: string; sessionId: string; secret: Buffer };

/** How this installation's browsers are reached. `secure`: over HTTPS only, under a name no other host can set. */
export type CookieRules = { secure: boolean };

export function newCookie(accountId: string, sessionId: string): ConsoleCookie {
  return { accountId, sessionId, secret: randomBytes(SECRET_BYTES) };
}

/** What is kept of the secret: it is long and random, so a fast hash gives nothing away. */
export function hashSecret(secret: Buffer): Buffer {
  return createHash('sha256').update(secret).digest();
}

/**
 * The token that changing calls must carry in a header, which a page of another site cannot set. It follows from the
 * secret, so that it is bound to the session and nothing more is kept (OWASP CSRF Prevention Cheat Sheet, synchroniser token).
 */
export function csrfTokenOf(cookie: ConsoleCookie): string {
  return createHash('sha256').update('nudgescribe csrf token 1').update(cookie.secret).digest('base64url');
}

export function isCsrfTokenOf(cookie: ConsoleCookie, given: string | undefined): boolean {
  const [left, right] = [Buffer.from(given ?? ''), Buffer.from(csrfTokenOf(cookie))];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** `__Host-` (RFC 6265bis): browsers take such a cookie over HTTPS only, from this very host and for all its paths. */
function nameOf({ secure }: CookieRules): string {
  return secure ? '__Host-nudgescribe' : 'nudgescribe';
}

/** The cookie of a request; null when there is none, it is not one of ours, or two claim its name. */
export function readCookie(header: string | undefined, rules: CookieRules): ConsoleCookie | null {
  const prefix = `${nameOf(rules)}=`;
  const values = (header ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(prefix));
  const parts = values.length === 1 ? (values[0] ?? '').slice(prefix.length).split('.') : [];
  const [accountId, sessionId, text = ''] = parts;
  const secret = Buffer.from(text, 'base64url');
  if (parts.length !== 3 || !isUuid(accountId) || !isUuid(sessionId)) return null;
  if (secret.length !== SECRET_BYTES || secret.toString('base64url') !== text) return null;
  return { accountId, sessionId, secret };
}

/** The Set-Cookie header that gives the cookie to the browser for so many seconds. */
export function cookieHeader(cookie: ConsoleCookie, maxAgeSeconds: number, rules: CookieRules): string {
  const value = [cookie.accountId, cookie.sessionId, cookie.secret.toString('base64url')].join('.');
  return withAttributes(`${nameOf(rules)}=${value}`, maxAgeSeconds, rules);
}

/** The Set-Cookie header that takes it away again. */
export function forgetCookieHeader(rules: CookieRules): string {
  return withAttributes(`${nameOf(rules)}=`, 0, rules);
}

function withAttributes(pair: string, maxAgeSeconds: number, { secure }: CookieRules): string {
  return `${pair}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}
