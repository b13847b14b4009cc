import { createHash } from 'node:crypto';
import type { Clock } from '../../platform/clock/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import { newId } from '../../platform/ids/ids.ts';
import type { Geography } from '../../providers/geography/geography.ts';
import { noteKeyUse } from '../api-keys/key-in-use.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { AccountKeyring } from '../sealing/account-keys.ts';
import { type Proof, proveSecondFactor } from '../second-factor/second-factor.ts';
import { countAttempt, knowPlace } from '../sign-in-attempts/count-attempt.ts';
import { identityFailures } from './errors.ts';
import { passwordFits } from './passwords.ts';
import { insertSession, lockSession, revokeSession, rotateSession } from './session-store.ts';
import { findUserByEmail } from './store.ts';
import type { Claims, Tokens } from './tokens.ts';

const GRACE_MS = 10_000;

/** Where a call came from, for the audit log. */
export type Origin = { client: string; address: string; requestId: string };

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

type Parts = {
  database: Database;
  tokens: Tokens;
  clock: Clock;
  keyring: AccountKeyring;
  attemptKey: Buffer;
  geography: Geography;
};

/** The access token's id follows from the refresh token's, so that a pair can be made again exactly. */
function accessJti(refreshJti: string): string {
  const hex = createHash('sha256').update(`access ${refreshJti}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

async function pairFor(
  tokens: Tokens,
  user: { userId: string; accountId: string; roleCode: string },
  sessionId: string,
  refreshJti: string,
  issuedAt: Date,
): Promise<TokenPair> {
  const subject = { ...user, sessionId };
  return {
    access_token: await tokens.sign('access', subject, accessJti(refreshJti), issuedAt),
    refresh_token: await tokens.sign('refresh', subject, refreshJti, issuedAt),
    token_type: 'Bearer',
    expires_in: tokens.accessSeconds,
    refresh_expires_in: tokens.refreshSeconds,
    user_id: user.userId,
    account_id: user.accountId,
    role_code: user.roleCode,
  };
}

/** How far a sign-in came with the second factor, for the audit log; nothing where there is none. */
export function secondFactorOf(proof: Proof | undefined): { second_factor?: string } {
  return proof === undefined || proof === 'off' ? {} : { second_factor: proof.replaceAll(' ', '_') };
}

const later = (moment: Date, seconds: number) => new Date(moment.getTime() + seconds * 1000);

/** 401 as for any required field: it is told only to who gave the right password. */
export function codeNeeded() {
  return platformFailures.missing_fields({
    fields: ['otp'],
    message: 'Required fields are missing: otp. Send the code of your authenticator app, or a recovery code.',
  });
}

/**
 * Signs a user in with the API key's account. Throws sign_in_refused (403), the same for an unknown email, a wrong
 * password and a disabled user, after the same work, and for a wrong code; missing_fields (401) for otp where the user has
 * a second factor. Every attempt leaves an audit event.
 */
export async function signIn(
  parts: Parts,
  login: { accountId: string; apiKeyId: string; email: string; password: string; otp: string | undefined },
  origin: Origin,
): Promise<TokenPair> {
  const { database, tokens, clock } = parts;
  const event = (outcome: 'done' | 'refused', userId: string | null, sessionId: string | null, proof?: Proof) => ({
    accountId: login.accountId,
    action: 'auth.signed_in',
    outcome,
    actorUserId: userId,
    sessionId,
    workspaceId: null,
    objectIds: { api_key_id: login.apiKeyId, ...secondFactorOf(proof) },
    ...origin,
  });
  const attempt = { email: login.email, address: origin.address };
  const refuse = (userId: string | null) =>
    database.tenant(login.accountId, (tx) => recordEvent(tx, event('refused', userId, null)));
  const counted = await countAttempt(parts, 'password', attempt).catch(async (error: unknown) => {
    await refuse(null);
    throw error;
  });
  // The database knows no NUL in a text: such an email is nobody's, and is answered like any other unknown one.
  const user = login.email.includes('\0')
    ? undefined
    : await database.tenant(login.accountId, (tx) => findUserByEmail(tx, login.accountId, login.email));
  const fits = await passwordFits(login.password, user?.password_hash ?? null);
  if (user === undefined || !fits || user.disabled_at !== null) {
    await refuse(user?.user_id ?? null);
    throw identityFailures.sign_in_refused();
  }
  await counted.giveBack();
  const countedCode = login.otp === undefined ? null : await countAttempt(parts, 'code', attempt);
  const sessionId = newId();
  const refreshJti = newId();
  const issuedAt = clock.now();
  const keys = await parts.keyring.forAccount(login.accountId);
  const proof = await database.tenant(login.accountId, async (tx) => {
    const proof = await proveSecondFactor(tx, { keys, userId: user.user_id }, login.otp, issuedAt);
    if (proof === 'needed' || proof === 'wrong') {
      await recordEvent(tx, event('refused', user.user_id, null, proof));
      return proof;
    }
    await insertSession(tx, {
      accountId: login.accountId,
      sessionId,
      userId: user.user_id,
      apiKeyId: login.apiKeyId,
      kind: 'api',
      refreshJti,
      issuedAt,
      expiresAt: later(issuedAt, tokens.refreshSeconds),
      address: origin.address,
      client: origin.client,
      country: parts.geography.countryOf(origin.address),
    });
    await noteKeyUse(tx, login.accountId, login.apiKeyId);
    await recordEvent(tx, event('done', user.user_id, sessionId, proof));
    return proof;
  });
  if (proof === 'needed') throw codeNeeded();
  if (proof === 'wrong') throw identityFailures.sign_in_refused();
  await countedCode?.giveBack();
  await knowPlace(parts, attempt);
  return pairFor(
    tokens,
    { userId: user.user_id, accountId: login.accountId, roleCode: user.role_code },
    sessionId,
    refreshJti,
    issuedAt,
  );
}

type Rotation = { refreshJti: string; issuedAt: Date } | 'reused';

/** Under the session's lock: spends the token, finds the successor of one spent a moment ago, or revokes the family. */
async function rotate(tx: Transaction, parts: Parts, claims: Claims): Promise<Rotation> {
  const now = parts.clock.now();
  const session = await lockSession(tx, claims.account_id, claims.sid);
  if (session === undefined || session.refresh_jti === null || session.revoked_at !== null) return 'reused';
  if (session.refresh_jti === claims.jti) {
    const refreshJti = newId();
    await rotateSession(tx, claims.account_id, claims.sid, {
      spentJti: claims.jti,
      refreshJti,
      issuedAt: now,
      expiresAt: later(now, parts.tokens.refreshSeconds),
    });
    return { refreshJti, issuedAt: now };
  }
  const spentMs = now.getTime() - (session.spent_at?.getTime() ?? 0);
  if (session.spent_jti === claims.jti && spentMs <= GRACE_MS)
    return { refreshJti: session.refresh_jti, issuedAt: session.issued_at };
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
    rotation.refreshJti,
    rotation.issuedAt,
  );
}
