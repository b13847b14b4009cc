import { createHash } from 'node:crypto';
import type { Transaction } from '../../platform/database/database.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import { newId } from '../../platform/ids/ids.ts';
import { noteKeyUse } from '../api-keys/key-in-use.ts';
import { recordEvent } from '../audit/record-event.ts';
import { identityFailures } from './errors.ts';
import { type Origin, openSession, recordSignIn, type SessionParts } from './open-session.ts';
import { lockSession, revokeSession, rotateSession } from './session-store.ts';
import { findUserByEmail } from './store.ts';
import type { Claims, Tokens } from './tokens.ts';
import { usersOfPassword } from './users-of-password.ts';

const GRACE_MS = 10_000;

export type TokenPair = {
  access_token: string;
  refresh_token: string;
  token_type: 'Bearer';
  expires_in: number;
  refresh_expires_in: number;
  user_id: string;
  account_id: string;
  role_code: string;
};

type Parts = SessionParts & { tokens: Tokens };

/** The access token's id follows from the refresh token's, so that a pair can be made again exactly. */
function accessJti(refreshJti: string): string {
  const hex = createHash('sha256').update(`access ${refreshJti}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

async function pairFor(
  tokens: Tokens,
  user: { userId: string; accountId: string; roleCode: string },
  sessionId: string,
  { refreshJti, issuedAt, expiresAt }: Issued,
): Promise<TokenPair> {
  const left = Math.floor((expiresAt.getTime() - issuedAt.getTime()) / 1000);
  const subject = { ...user, sessionId };
  return {
    access_token: await tokens.sign('access', subject, accessJti(refreshJti), issuedAt),
    refresh_token: await tokens.sign('refresh', subject, refreshJti, issuedAt),
    token_type: 'Bearer',
    expires_in: Math.min(tokens.accessSeconds, left),
    refresh_expires_in: left,
    user_id: user.userId,
    account_id: user.accountId,
    role_code: user.roleCode,
  };
}

/** A pair's refresh token, and when what it is of ends if it is not refreshed. */
type Issued = { refreshJti: string; issuedAt: Date; expiresAt: Date };

const later = (moment: Date, seconds: number) => new Date(moment.getTime() + seconds * 1000);

/**
 * Signs a user in with the API key's account. Throws sign_in_refused (403), the same for an unknown email, a wrong
 * password and a disabled user, after the same work, and for a wrong code; missing_fields (401) for otp where the user has
 * a second factor; too_many_attempts (429). Every attempt leaves an audit event.
 */
export async function signIn(
  parts: Parts,
  login: { accountId: string; apiKeyId: string; email: string; password: string; otp: string | undefined },
  origin: Origin,
): Promise<TokenPair> {
  const { database, tokens, clock } = parts;
  const { accountId, apiKeyId, email } = login;
  const objectIds = { api_key_id: apiKeyId };
  const found = await database.tenant(accountId, (tx) => findUserByEmail(tx, accountId, email));
  const refuse = () =>
    database.tenant(accountId, (tx) =>
      recordSignIn(tx, { accountId, userId: found?.user_id ?? null }, 'refused', objectIds, origin),
    );
  const attempt = { email, address: origin.address };
  const users = found === undefined ? [] : [found];
  const [user] = await usersOfPassword(parts, attempt, users, login.password).catch(async (error: unknown) => {
    await refuse();
    throw error;
  });
  if (user === undefined) {
    await refuse();
    throw identityFailures.sign_in_refused();
  }
  const [sessionId, refreshJti, issuedAt] = [newId(), newId(), clock.now()];
  const expiresAt = later(issuedAt, Math.min(tokens.refreshSeconds, tokens.sessionSeconds));
  await openSession(
    parts,
    { user, email, otp: login.otp },
    { kind: 'api', sessionId, apiKeyId, refreshJti, issuedAt, expiresAt },
    { objectIds, refused: identityFailures.sign_in_refused },
    origin,
    // The key may have been revoked while the body was on its way, or the password was looked at.
    async (tx) => ((await noteKeyUse(tx, accountId, apiKeyId, issuedAt)) ? {} : null),
  );
  return pairFor(tokens, { userId: user.user_id, accountId, roleCode: user.role_code }, sessionId, {
    refreshJti,
    issuedAt,
    expiresAt,
  });
}

type Rotation = (Issued & { isRepeat: boolean }) | 'reused';

/**
 * Under the session's lock: spends the token, finds the successor of one spent a moment ago, or revokes the family. What is
 * refreshed goes on, but not beyond the session's own limit.
 */
async function rotate(tx: Transaction, parts: Parts, claims: Claims): Promise<Rotation> {
  const now = parts.clock.now();
  const session = await lockSession(tx, claims.account_id, claims.sid);
  if (session === undefined || session.refresh_jti === null || session.revoked_at !== null) return 'reused';
  if (session.refresh_jti === claims.jti) {
    const refreshJti = newId();
    const { refreshSeconds, sessionSeconds } = parts.tokens;
    const limit = later(session.created_at, sessionSeconds).getTime();
    if (limit <= now.getTime()) return 'reused';
    const expiresAt = new Date(Math.min(later(now, refreshSeconds).getTime(), limit));
    await rotateSession(tx, claims.account_id, claims.sid, {
      spentJti: claims.jti,
      refreshJti,
      issuedAt: now,
      expiresAt,
    });
    return { refreshJti, issuedAt: now, expiresAt, isRepeat: false };
  }
  const spentMs = now.getTime() - (session.spent_at?.getTime() ?? 0);
  if (session.spent_jti === claims.jti && spentMs <= GRACE_MS) {
    const { refresh_jti: refreshJti, issued_at: issuedAt, expires_at: expiresAt } = session;
    return { refreshJti, issuedAt, expiresAt, isRepeat: true };
  }
  await revokeSession(tx, claims.account_id, claims.sid, 'refresh token used again');
  return 'reused';
}

/**
 * Exchanges a refresh token for a new pair. A repeat within 10 seconds gets the same pair; a later one means that two
 * parties hold the token, so the whole session is revoked. Throws unauthorised (403) then.
 */
export async function refresh(parts: Parts, claims: Claims, roleCode: string, origin: Origin): Promise<TokenPair> {
  const rotation = await parts.database.tenant(claims.account_id, async (tx) => {
    const result = await rotate(tx, parts, claims);
    // A repeat changes nothing: it is told what the first one came to.
    if (result !== 'reused' && result.isRepeat) return result;
    await recordEvent(tx, {
      accountId: claims.account_id,
      action: 'auth.refreshed',
      outcome: result === 'reused' ? 'refused' : 'done',
      actorUserId: claims.user_id,
      sessionId: claims.sid,
      workspaceId: null,
      objectIds: {},
      ...origin,
    });
    return result;
  });
  if (rotation === 'reused') throw platformFailures.unauthorised();
  return pairFor(
    parts.tokens,
    { userId: claims.user_id, accountId: claims.account_id, roleCode },
    claims.sid,
    rotation,
  );
}
