import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../platform/clock/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { isUuid, newId } from '../../platform/ids/ids.ts';
import type { Geography } from '../../providers/geography/geography.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { AccountKeyring } from '../sealing/account-keys.ts';
import { type Proof, proveSecondFactor } from '../second-factor/second-factor.ts';
import { countAttempt, knowPlace } from '../sign-in-attempts/count-attempt.ts';
import { type ConsoleCookie, hashSecret, newCookie } from './console-cookie.ts';
import { identityFailures } from './errors.ts';
import { passwordFits } from './passwords.ts';
import { type ConsoleSessionRow, findConsoleSession, insertSession, revokeSession } from './session-store.ts';
import { codeNeeded, type Origin, secondFactorOf } from './sign-in.ts';
import { findEmailOwners, findUser } from './store.ts';
import type { UserRow } from './user.ts';

/** A console session lasts a working day at most, and not over a lunch break without use (issue of trust: 12 h, 30 min). */
export const CONSOLE_SECONDS = 12 * 60 * 60;
export const CONSOLE_IDLE_SECONDS = 30 * 60;
/** Of one email; each costs a password check. */
const MAX_ACCOUNTS_TRIED = 10;

type Parts = { database: Database; clock: Clock; keyring: AccountKeyring; attemptKey: Buffer; geography: Geography };
type Login = { email: string; password: string; otp: string | undefined; accountId: string | null };

/**
 * Signs a person in to the console; the session's cookie is the only thing that proves it from then on. Throws
 * console_sign_in_refused (403), the same for an unknown email, a wrong password and a disabled user, and for a wrong code;
 * missing_fields (401) for otp where the user has a second factor; console_closed (403) for service users; account_needed
 * (400) when the login is right in several accounts. Every attempt on an existing user leaves an audit event.
 */
export async function beginConsoleSession(
  parts: Parts,
  login: Login,
  origin: Origin,
): Promise<{ cookie: ConsoleCookie; userId: string }> {
  const { database, clock } = parts;
  const record = (
    tx: Transaction,
    user: UserRow,
    outcome: 'done' | 'refused',
    sessionId: string | null,
    proof?: Proof,
  ) =>
    recordEvent(tx, {
      accountId: user.account_id,
      action: 'auth.signed_in',
      outcome,
      actorUserId: user.user_id,
      sessionId,
      workspaceId: null,
      objectIds: { kind: 'console', ...secondFactorOf(proof) },
      ...origin,
    });
  const refuse = async (users: readonly UserRow[]) => {
    for (const user of users) await database.tenant(user.account_id, (tx) => record(tx, user, 'refused', null));
  };

  const users = await usersOf(database, login);
  const attempt = { email: login.email, address: origin.address };
  const counted = await countAttempt(parts, 'password', attempt).catch(async (error: unknown) => {
    await refuse(users);
    throw error;
  });
  const fitting = await thoseWhosePasswordFits(users, login.password);
  const [user] = fitting;
  if (user === undefined) {
    await refuse(users);
    throw identityFailures.console_sign_in_refused();
  }
  if (fitting.length > 1)
    throw identityFailures.account_needed({ details: fitting.map(({ account_id }) => ({ account_id })) });
  if (!mayOpenConsole(user.role_code)) {
    await refuse([user]);
    throw identityFailures.console_closed();
  }
  await counted.giveBack();
  const countedCode = login.otp === undefined ? null : await countAttempt(parts, 'code', attempt);
  const cookie = newCookie(user.account_id, newId());
  const issuedAt = clock.now();
  const keys = await parts.keyring.forAccount(user.account_id);
  const proof = await database.tenant(user.account_id, async (tx) => {
    const proof = await proveSecondFactor(tx, { keys, userId: user.user_id }, login.otp, issuedAt);
    if (proof === 'needed' || proof === 'wrong') {
      await record(tx, user, 'refused', null, proof);
      return proof;
    }
    await insertSession(tx, {
      accountId: user.account_id,
      sessionId: cookie.sessionId,
      userId: user.user_id,
      kind: 'console',
      secretHash: hashSecret(cookie.secret),
      issuedAt,
      expiresAt: new Date(issuedAt.getTime() + CONSOLE_SECONDS * 1000),
      address: origin.address,
      client: origin.client,
      country: parts.geography.countryOf(origin.address),
    });
    await record(tx, user, 'done', cookie.sessionId, proof);
    return proof;
  });
  if (proof === 'needed') throw codeNeeded();
  if (proof === 'wrong') throw identityFailures.console_sign_in_refused();
  await countedCode?.giveBack();
  await knowPlace(parts, attempt);
  return { cookie, userId: user.user_id };
}

/** Everybody whose email this is, in the account named or in all. */
async function usersOf(database: Database, { email, accountId }: Login): Promise<UserRow[]> {
  // The database knows no NUL in a text: such an email is nobody's. Nor is there an account whose id is no uuid.
  if (email.includes('\0') || (accountId !== null && !isUuid(accountId))) return [];
  const owners = await database.acrossAccounts((tx) => findEmailOwners(tx, email, MAX_ACCOUNTS_TRIED, accountId));
  const users = await Promise.all(
    owners.map(({ account_id, user_id }) => database.tenant(account_id, (tx) => findUser(tx, account_id, user_id))),
  );
  return users.filter((user) => user !== undefined);
}

async function thoseWhosePasswordFits(users: readonly UserRow[], password: string): Promise<UserRow[]> {
  // Nobody costs as much as somebody.
  if (users.length === 0) await passwordFits(password, null);
  const fits = await Promise.all(users.map((user) => passwordFits(password, user.password_hash)));
  return users.filter((user, index) => fits[index] && user.disabled_at === null);
}

/** Service users hold keys for programs; a browser session of theirs would be nobody's. */
function mayOpenConsole(roleCode: string): boolean {
  return roleCode !== 'API_CLIENT';
}

/** The session behind a cookie, when it still holds: right secret, neither over nor idle, its user still a person. */
export async function findByCookie(
  tx: Transaction,
  cookie: ConsoleCookie,
  now: Date,
): Promise<ConsoleSessionRow | undefined> {
  const session = await findConsoleSession(tx, cookie.accountId, cookie.sessionId);
  if (session === undefined || !timingSafeEqual(session.secret_hash, hashSecret(cookie.secret))) return undefined;
  const idleMs = now.getTime() - session.seen_at.getTime();
  if (session.expires_at <= now || idleMs >= CONSOLE_IDLE_SECONDS * 1000) return undefined;
  if (!mayOpenConsole(session.role_code)) return undefined;
  return session;
}

/** Ends the session of a cookie that a new sign-in of the same browser replaces. */
export async function replaceCookie(parts: Pick<Parts, 'database' | 'clock'>, cookie: ConsoleCookie): Promise<void> {
  await parts.database.tenant(cookie.accountId, async (tx) => {
    if ((await findByCookie(tx, cookie, parts.clock.now())) !== undefined)
      await revokeSession(tx, cookie.accountId, cookie.sessionId, 'signed in anew');
  });
}
