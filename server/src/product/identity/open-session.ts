import type { Transaction } from '../../platform/database/database.ts';
import type { Failure } from '../../platform/errors/failure.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import type { Geography } from '../../providers/geography/geography.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { AccountKeyring } from '../sealing/account-keys.ts';
import { proveSecondFactor } from '../second-factor/second-factor.ts';
import { type AttemptParts, type Counted, countCodeAttempt, knowPlace } from '../sign-in-attempts/count-attempt.ts';
import { insertSession, type NewSession } from './session-store.ts';
import { lockUser } from './store.ts';
import type { UserRow } from './user.ts';

/** Where a call came from, for the audit log. */
export type Origin = { client: string; address: string; requestId: string };

export type SessionParts = AttemptParts & { keyring: AccountKeyring; geography: Geography };

/** A session as its way in makes it; the rest is the same for all. */
export type SessionWish = Pick<NewSession, 'sessionId' | 'issuedAt' | 'expiresAt'> &
  ({ kind: 'api'; apiKeyId: string; refreshJti: string } | { kind: 'console'; secretHash: Buffer });

/** What a way in tells the audit log besides who signed in from where. */
type Way = { objectIds: Record<string, string>; refused: () => Failure };

/** The event of one attempt to sign in, of a user or (null) of nobody. */
export function recordSignIn(
  tx: Transaction,
  who: { accountId: string; userId: string | null },
  outcome: 'done' | 'refused',
  objectIds: Record<string, string>,
  origin: Origin,
  sessionId: string | null = null,
): Promise<void> {
  return recordEvent(tx, {
    accountId: who.accountId,
    action: 'auth.signed_in',
    outcome,
    actorUserId: who.userId,
    sessionId,
    workspaceId: null,
    objectIds,
    ...origin,
  });
}

/**
 * Opens a session for a user who gave the right password: asks for the second factor, and looks once more, under the user's
 * lock, that the password is still the one that was right and the user not disabled, so that a change of either ends
 * sign-ins under way too. What `alsoDo` does in the same transaction, when all of that is right, it gives as ids for the
 * event; null: the way in is closed meanwhile. Throws the way's refusal (403), missing_fields (401) for otp, and
 * too_many_attempts (429). Each of them leaves its event.
 */
export async function openSession(
  parts: SessionParts,
  login: { user: UserRow; email: string; otp: string | undefined },
  wish: SessionWish,
  way: Way,
  origin: Origin,
  alsoDo: (tx: Transaction) => Promise<Record<string, string> | null>,
): Promise<void> {
  const { user, otp } = login;
  const { account_id: accountId, user_id: userId } = user;
  const who = { accountId, userId };
  const attempt = { email: login.email, address: origin.address };
  const refuse = (tx: Transaction, proof: string) =>
    recordSignIn(tx, who, 'refused', { ...way.objectIds, ...told(proof) }, origin);
  let counted: Counted | null = null;
  if (otp !== undefined)
    counted = await countCodeAttempt(parts, attempt, accountId).catch(async (error: unknown) => {
      await parts.database.tenant(accountId, (tx) => refuse(tx, 'not looked at'));
      throw error;
    });
  const keys = await parts.keyring.forAccount(accountId);
  const proof = await parts.database.tenant(accountId, async (tx) => {
    const now = await lockUser(tx, accountId, userId);
    const stands = now !== undefined && now.disabled_at === null && now.password_hash === user.password_hash;
    const shown = stands ? await proveSecondFactor(tx, { keys, userId }, otp, wish.issuedAt) : CHANGED;
    const more = shown === 'needed' || shown === 'wrong' || shown === CHANGED ? undefined : await alsoDo(tx);
    if (more === undefined || more === null) {
      const refused = more === null ? CHANGED : shown;
      await refuse(tx, refused);
      return refused;
    }
    const { address, client } = origin;
    const country = parts.geography.countryOf(address);
    await insertSession(tx, { ...wish, accountId, userId, address, client, country });
    const objectIds = { ...way.objectIds, ...told(shown), ...more };
    await recordSignIn(tx, who, 'done', objectIds, origin, wish.sessionId);
    return shown;
  });
  if (proof === 'needed') throw codeNeeded();
  if (proof === 'wrong' || proof === CHANGED) throw way.refused();
  await counted?.giveBack();
  await knowPlace(parts, attempt, accountId);
}

const CHANGED = 'changed meanwhile';

/** What the event says of the second factor, where there is one or the sign-in came to nothing. */
const told = (proof: string): Record<string, string> =>
  proof === 'off' ? {} : { second_factor: proof.replaceAll(' ', '_') };

/** 401 as for any required field: it is told only to who gave the right password. */
function codeNeeded(): Failure {
  return platformFailures.missing_fields({
    fields: ['otp'],
    message: 'Required fields are missing: otp. Send the code of your authenticator app, or a recovery code.',
  });
}
