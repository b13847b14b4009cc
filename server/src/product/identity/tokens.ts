import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../../platform/clock/clock.ts';
import { isUuid } from '../../platform/ids/ids.ts';

export const ISSUER = 'nudgescribe';
export const AUDIENCE = 'nudgescribe-api';
const ALGORITHM = 'HS256';
const MAX_TOKEN_CHARACTERS = 4_096;
const CACHED_TOKENS = 10_000;
const BEFORE_ALL = new Date(0);

export type TokenKind = 'access' | 'refresh';

/** What a token says of its bearer. Nothing in it is trusted without the session's row. `exp` in seconds since 1970. */
export type Claims = {
  user_id: string;
  account_id: string;
  role_code: string;
  sid: string;
  jti: string;
  typ: TokenKind;
  iat: number;
  exp: number;
};

export type TokenSubject = { userId: string; accountId: string; roleCode: string; sessionId: string };

export type Tokens = {
  accessSeconds: number;
  refreshSeconds: number;
  /** How long a session may go on in all. */
  sessionSeconds: number;
  /** The same subject, id and moment give the very same token: a repeated refresh answers with the same successor. */
  sign(kind: TokenKind, subject: TokenSubject, jti: string, issuedAt: Date): Promise<string>;
  /** The claims of a token that is ours and whole, also of one that is over; null for everything else, without saying why. */
  read(token: string): Promise<{ claims: Claims; isOver: boolean } | null>;
  /** The claims of a token that is ours, whole and unexpired. */
  verify(token: string): Promise<Claims | null>;
};

const uuid = z.string().refine(isUuid);
const claimsSchema = z.strictObject({
  user_id: uuid,
  account_id: uuid,
  role_code: z.string().min(1).max(60),
  sid: uuid,
  jti: uuid,
  typ: z.enum(['access', 'refresh']),
  iat: z.number().int(),
  exp: z.number().int(),
  iss: z.literal(ISSUER),
  aud: z.literal(AUDIENCE),
});

/** Signs and verifies the API's JSON Web Tokens: HS256 pinned, under a key derived from the root key. */
export function createTokens(parts: {
  signingKey: Buffer;
  clock: Clock;
  accessSeconds: number;
  refreshSeconds: number;
  sessionSeconds: number;
}): Tokens {
  const key: KeyObject = createSecretKey(parts.signingKey);
  // Verified claims by the token's hash, oldest first: a signature is checked once, expiry at every call.
  const verified = new Map<string, Claims>();

  async function checked(token: string): Promise<Claims | null> {
    // One spelling a token: padding and stray bits of base64 would decode to the same bytes.
    if (token.split('.').some((part) => Buffer.from(part, 'base64url').toString('base64url') !== part)) return null;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        typ: 'JWT',
        // Whether it is over is asked at every call.
        currentDate: BEFORE_ALL,
        clockTolerance: 0,
      });
      if (Object.keys(protectedHeader).length !== 2) return null;
      const claims = claimsSchema.safeParse(payload);
      return claims.success ? claims.data : null;
    } catch {
      return null;
    }
  }

  async function read(token: string): Promise<{ claims: Claims; isOver: boolean } | null> {
    if (token.length > MAX_TOKEN_CHARACTERS) return null;
    const name = createHash('sha256').update(token).digest('base64');
    const claims = verified.get(name) ?? (await checked(token));
    if (claims === null) return null;
    const isOver = claims.exp * 1000 <= parts.clock.now().getTime();
    if (!isOver && !verified.has(name)) {
      if (verified.size >= CACHED_TOKENS) verified.delete(verified.keys().next().value ?? '');
      verified.set(name, claims);
    }
    return { claims, isOver };
  }

  return {
    accessSeconds: parts.accessSeconds,
    refreshSeconds: parts.refreshSeconds,
    sessionSeconds: parts.sessionSeconds,
    sign: (kind, subject, jti, issuedAt) => {
      const iat = Math.floor(issuedAt.getTime() / 1000);
      const exp = iat + (kind === 'access' ? parts.accessSeconds : parts.refreshSeconds);
      return new SignJWT({
        user_id: subject.userId,
        account_id: subject.accountId,
        role_code: subject.roleCode,
        sid: subject.sessionId,
        typ: kind,
      })
        .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(iat)
        .setExpirationTime(exp)
        .setJti(jti)
        .sign(key);
    },
    read,
    verify: async (token) => {
      const found = await read(token);
      return found === null || found.isOver ? null : found.claims;
    },
  };
}

/** The token of an `Authorization: Bearer …` header; null when there is none. */
export function bearerToken(header: string | undefined): string | null {
  const match = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(header ?? '');
  return match?.[1] ?? null;
}
