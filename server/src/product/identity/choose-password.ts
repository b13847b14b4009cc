import type { Transaction } from '../../platform/database/database.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import { recordCall } from '../audit/record-call.ts';
import { recordEvent } from '../audit/record-event.ts';
import { recordRefusal } from '../audit/record-refusal.ts';
import type { ProductCall, Services } from '../services.ts';
import { knowPlace } from '../sign-in-attempts/count-attempt.ts';
import { acceptPassword } from './create-user.ts';
import { identityFailures } from './errors.ts';
import { stillRulesOver } from './granting.ts';
import type { Origin } from './open-session.ts';
import { findLink, readLinkToken } from './password-link.ts';
import { endPasswordLink } from './password-link-store.ts';
import { revokeSessionsOf } from './session-store.ts';
import { findUser, lockUser, updatePassword } from './store.ts';
import type { UserRow } from './user.ts';
import { usersOfPassword } from './users-of-password.ts';

type Caller = { accountId: string; userId: string; sessionId: string };
type Parts = Pick<Services, 'database' | 'clock' | 'attemptKey'>;

/** The calling user, once they have shown their password. Throws password_refused (403), too_many_attempts (429). */
export async function provePassword(
  parts: Parts,
  { accountId, userId }: Caller,
  address: string,
  password: string,
): Promise<UserRow> {
  const user = await parts.database.tenant(accountId, (tx) => findUser(tx, accountId, userId));
  if (user === undefined) throw platformFailures.unauthorised();
  const [proven] = await usersOfPassword(parts, { email: user.email, address }, [user], password);
  if (proven === undefined) throw identityFailures.password_refused();
  return proven;
}

/**
 * Changes one's own password; every other session of the user ends, and a link that was under way is good no more. Throws
 * as provePassword, weak_password, password_unchanged.
 */
export async function changePassword(
  call: ProductCall<{ current_password: string; new_password: string }>,
  answer: { message: string },
): Promise<void> {
  const { services, actor, address, body } = call;
  const { accountId, userId, sessionId } = actor;
  const proven = await provePassword(services, actor, address, body.current_password);
  if (body.current_password === body.new_password) throw identityFailures.password_unchanged();
  const passwordHash = await acceptPassword(body.new_password, [proven.email, proven.display_name], 'new_password');
  await services.database.tenant(accountId, async (tx) => {
    const user = await lockUser(tx, accountId, userId);
    // Changed by another call meanwhile: then the password that was shown is the user's no more.
    if (user?.password_hash !== proven.password_hash || user.disabled_at !== null)
      throw identityFailures.password_refused();
    await updatePassword(tx, accountId, userId, passwordHash);
    await endPasswordLink(tx, accountId, userId);
    await revokeSessionsOf(tx, accountId, userId, 'password changed', sessionId);
    await recordCall(tx, call, 'user.password_changed', null, { user_id: userId });
    await call.keepAnswer(tx, { result: answer });
  });
}

/** Whether a link is the operator's, who makes them in the user's own name, or of somebody who could still make it. */
const isMakers = async (tx: Transaction, user: UserRow, madeBy: string) =>
  madeBy === user.user_id || stillRulesOver(tx, madeBy, user);

/**
 * Does something with a one-time link that holds, under the locks of its user and itself. Throws link_refused (403), one
 * answer for links that are wrong, used, replaced, over, or of a maker who could make it no more; who tried one that once was good is in the audit log.
 */
async function withLink<T>(
  parts: Parts,
  tokenText: string,
  tried: Origin & { call: string },
  work: (tx: Transaction, user: UserRow, expiresAt: Date) => Promise<T>,
): Promise<T> {
  const token = readLinkToken(tokenText);
  if (token === null) throw identityFailures.link_refused();
  const { accountId, userId } = token;
  const outcome = await parts.database.tenant(accountId, async (tx) => {
    const user = await lockUser(tx, accountId, userId);
    const link = await findLink(tx, token, parts.clock.now());
    if (user === undefined || link === null) return 'unknown';
    const holds = link.holds && user.disabled_at === null && (await isMakers(tx, user, link.createdBy));
    return holds ? { done: await work(tx, user, link.expiresAt) } : 'refused';
  });
  if (typeof outcome === 'object') return outcome.done;
  const failure = identityFailures.link_refused();
  if (outcome === 'refused')
    await recordRefusal(parts.database, {
      accountId,
      actorUserId: userId,
      sessionId: null,
      workspaceId: null,
      code: failure.code,
      ...tried,
    });
  throw failure;
}

/** Whose link this is and until when, for the page that asks for a password. Throws as withLink. */
export function lookAtLink(
  parts: Parts,
  token: string,
  tried: Origin & { call: string },
): Promise<{ user: UserRow; expiresAt: Date }> {
  return withLink(parts, token, tried, async (_tx, user, expiresAt) => ({ user, expiresAt }));
}

/**
 * Chooses a password by a one-time link. Every session of the user ends; a second factor stays. The place is known from now
 * on, as after a sign-in: who never signed in has none, and strangers who keep guessing would keep them out. Throws as
 * withLink; weak_password, which leaves the link good.
 */
export async function redeemLink(
  parts: Parts,
  wish: { token: string; password: string },
  tried: Origin & { call: string },
): Promise<UserRow> {
  const { user: seen } = await lookAtLink(parts, wish.token, tried);
  const passwordHash = await acceptPassword(wish.password, [seen.email, seen.display_name]);
  const chosen = await withLink(parts, wish.token, tried, async (tx, user) => {
    const { account_id: accountId, user_id: userId } = user;
    const { client, address, requestId } = tried;
    await endPasswordLink(tx, accountId, userId);
    await updatePassword(tx, accountId, userId, passwordHash);
    await revokeSessionsOf(tx, accountId, userId, 'password chosen by link');
    await recordEvent(tx, {
      accountId,
      action: 'user.password_chosen',
      outcome: 'done',
      actorUserId: userId,
      sessionId: null,
      workspaceId: null,
      objectIds: { user_id: userId },
      client,
      address,
      requestId,
    });
    return user;
  });
  await knowPlace(parts, { email: chosen.email, address: tried.address }, chosen.account_id);
  return chosen;
}
