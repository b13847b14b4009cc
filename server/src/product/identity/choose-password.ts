import { platformFailures } from '../../platform/errors/platform-failures.ts';
import { recordCall } from '../audit/record-call.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { ProductCall, Services } from '../services.ts';
import { acceptPassword } from './create-user.ts';
import { identityFailures } from './errors.ts';
import type { Origin } from './open-session.ts';
import { holdsLink, readLinkToken, useLink } from './password-link.ts';
import { deletePasswordLink } from './password-link-store.ts';
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
    if (user?.password_hash !== proven.password_hash) throw identityFailures.password_refused();
    await updatePassword(tx, accountId, userId, passwordHash);
    await deletePasswordLink(tx, accountId, userId);
    await revokeSessionsOf(tx, accountId, userId, 'password changed', sessionId);
    await recordCall(tx, call, 'user.password_changed', null, { user_id: userId });
    await call.keepAnswer(tx, { result: answer });
  });
}

/** Whose link this is and until when, for the page that asks for a password. Throws link_refused (403). */
export async function lookAtLink(parts: Parts, tokenText: string): Promise<{ user: UserRow; expiresAt: Date }> {
  const token = readLinkToken(tokenText);
  if (token === null) throw identityFailures.link_refused();
  return parts.database.tenant(token.accountId, async (tx) => {
    const link = await holdsLink(tx, token, parts.clock.now());
    const user = await findUser(tx, token.accountId, token.userId);
    if (link === null || user === undefined || user.disabled_at !== null) throw identityFailures.link_refused();
    return { user, expiresAt: link.expiresAt };
  });
}

/**
 * Chooses a password by a one-time link. Every session of the user ends; a second factor stays. Throws link_refused (403),
 * one answer for links that are wrong, used, replaced or over; weak_password, which leaves the link good.
 */
export async function redeemLink(
  parts: Parts,
  wish: { token: string; password: string },
  origin: Origin,
): Promise<UserRow> {
  const { user } = await lookAtLink(parts, wish.token);
  const { account_id: accountId, user_id: userId } = user;
  const passwordHash = await acceptPassword(wish.password, [user.email, user.display_name]);
  return parts.database.tenant(accountId, async (tx) => {
    const locked = await lockUser(tx, accountId, userId);
    const token = readLinkToken(wish.token);
    if (token === null || !(await useLink(tx, token, parts.clock.now()))) throw identityFailures.link_refused();
    if (locked === undefined || locked.disabled_at !== null) throw identityFailures.link_refused();
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
      ...origin,
    });
    return locked;
  });
}
