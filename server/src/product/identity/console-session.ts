import { timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Reads, Transaction } from '../../platform/database/database.ts';
import { isUuid, newId } from '../../platform/ids/ids.ts';
import { recordEvent } from '../audit/record-event.ts';
import { type ConsoleCookie, hashSecret, newCookie } from './console-cookie.ts';
import { identityFailures } from './errors.ts';
import { type Origin, openSession, recordSignIn, type SessionParts } from './open-session.ts';
import { type ConsoleSessionRow, findConsoleSession, findCookieOwner, revokeSession } from './session-store.ts';
import { findEmailOwners, findUser } from './store.ts';
import { isServiceUser, type UserRow } from './user.ts';
import { usersOfPassword } from './users-of-password.ts';

/** A console session lasts a working day at most, and not over a lunch break without use (issue of trust: 12 h, 30 min). */
export const CONSOLE_SECONDS = 12 * 60 * 60;
export const CONSOLE_IDLE_SECONDS = 30 * 60;
/** Of one email; each costs a password check. */
const MAX_ACCOUNTS_TRIED = 10;

/** What is known of an email takes time to look at and to note: a refusal is not told sooner, so that it tells nothing of that. */
const REFUSED_AFTER_MS = 750;

type Login = { email: string; password: string; otp: string | undefined; accountId: string | null };

const objectIds = { kind: 'console' };

/**
 * Signs a person in to the console; the session's cookie is the only thing that proves it from then on. Throws
 * console_sign_in_refused (403), the same for an unknown email, a wrong password and a disabled user, and for a wrong code;
 * missing_fields (401) for otp where the user has a second factor; console_closed (403) for service users; account_needed
 * (400) when the login is right in several accounts; too_many_attempts (429). Every attempt on an existing user leaves an
 * audit event, also where the same email's password is right in another account. `earlier` is the cookie that the browser
 * had: its session ends, which the event tells.
 */
export async function beginConsoleSession(
  parts: SessionParts,
  login: Login,
  origin: Origin,
  earlier: ConsoleCookie | null,
): Promise<{ cookie: ConsoleCookie; userId: string }> {
  const notSooner = sleep(REFUSED_AFTER_MS, undefined, { ref: false });
  try {
    return await signIn(parts, login, origin, earlier);
  } catch (error) {
    await notSooner;
    throw error;
  }
}

async function signIn(
  parts: SessionParts,
  login: Login,
  origin: Origin,
  earlier: ConsoleCookie | null,
): Promise<{ cookie: ConsoleCookie; userId: string }> {
  const { database, clock } = parts;
  const refuse = async (users: readonly UserRow[]) => {
    for (const { account_id: accountId, user_id: userId } of users)
      await database.tenant(accountId, (tx) => recordSignIn(tx, { accountId, userId }, 'refused', objectIds, origin));
  };
  const users = await usersOf(database, login);
  const attempt = { email: login.email, address: origin.address };
  const fitting = await usersOfPassword(parts, attempt, users, login.password).catch(async (error: unknown) => {
    await refuse(users);
    throw error;
  });
  await refuse(users.filter((user) => !fitting.includes(user)));
  const [user] = fitting;
  if (user === undefined) throw identityFailures.console_sign_in_refused();
  if (fitting.length > 1) {
    await refuse(fitting);
    throw identityFailures.account_needed({ details: fitting.map(({ account_id }) => ({ account_id })) });
  }
  if (isServiceUser(user)) {
    await refuse([user]);
    throw identityFailures.console_closed();
  }
  const cookie = newCookie(user.account_id, newId());
  const issuedAt = clock.now();
  await openSession(
    parts,
    { user, email: login.email, otp: login.otp },
    {
      kind: 'console',
      sessionId: cookie.sessionId,
      secretHash: hashSecret(cookie.secret),
      issuedAt,
      expiresAt: new Date(issuedAt.getTime() + CONSOLE_SECONDS * 1000),
    },
    { objectIds, refused: identityFailures.console_sign_in_refused },
    origin,
    async (tx) => {
      if (earlier?.accountId !== cookie.accountId) return {};
      return (await endEarlier(tx, earlier, issuedAt)) === null ? {} : { replaced_session_id: earlier.sessionId };
    },
  );
  if (earlier !== null && earlier.accountId !== cookie.accountId)
    await endElsewhere(database, earlier, issuedAt, origin);
  return { cookie, userId: user.user_id };
}

/** Everybody whose email this is, in the account named or in all. */
async function usersOf(database: Database, { email, accountId }: Login): Promise<UserRow[]> {
  // There is no account whose id is no uuid.
  if (accountId !== null && !isUuid(accountId)) return [];
  const owners = await database.acrossAccounts((tx) => findEmailOwners(tx, email, MAX_ACCOUNTS_TRIED, accountId));
  const users = await Promise.all(
    owners.map(({ account_id, user_id }) => database.tenant(account_id, (tx) => findUser(tx, account_id, user_id))),
  );
  return users.filter((user) => user !== undefined);
}

/** The session behind a cookie, when it still holds: right secret, neither over nor idle, its user still a person. */
export async function findByCookie(
  reads: Reads,
  cookie: ConsoleCookie,
  now: Date,
): Promise<ConsoleSessionRow | undefined> {
  const session = await findConsoleSession(reads, cookie.accountId, cookie.sessionId);
  if (session === undefined || !timingSafeEqual(session.secret_hash, hashSecret(cookie.secret))) return undefined;
  const idleMs = now.getTime() - session.seen_at.getTime();
  if (session.expires_at <= now || idleMs >= CONSOLE_IDLE_SECONDS * 1000) return undefined;
  if (isServiceUser(session)) return undefined;
  return session;
}

/** Whose session a cookie with the right secret is of, also when it is over; null when the secret is wrong. */
export async function userOfCookie(reads: Reads, cookie: ConsoleCookie): Promise<string | null> {
  const session = await findCookieOwner(reads, cookie.accountId, cookie.sessionId);
  return session !== undefined && timingSafeEqual(session.secret_hash, hashSecret(cookie.secret))
    ? session.user_id
    : null;
}

/** Ends the session of a cookie that a new sign-in of the same browser replaces. Returns whose it was; null when it was over. */
async function endEarlier(tx: Transaction, cookie: ConsoleCookie, now: Date): Promise<string | null> {
  const { accountId, sessionId } = cookie;
  const session = await findByCookie(tx, cookie, now);
  return session !== undefined && (await revokeSession(tx, accountId, sessionId, 'signed in anew'))
    ? session.user_id
    : null;
}

/** The same in another account: it has a log of its own, in which the sign-in does not stand. */
async function endElsewhere(database: Database, cookie: ConsoleCookie, now: Date, origin: Origin): Promise<void> {
  const { accountId, sessionId } = cookie;
  await database.tenant(accountId, async (tx) => {
    const userId = await endEarlier(tx, cookie, now);
    if (userId === null) return;
    await recordEvent(tx, {
      accountId,
      action: 'auth.signed_out',
      outcome: 'done',
      actorUserId: userId,
      sessionId,
      workspaceId: null,
      objectIds: { ended_session_id: sessionId },
      ...origin,
    });
  });
}
