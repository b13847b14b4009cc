import type { Transaction } from '../../platform/database/database.ts';
import type { Failure } from '../../platform/errors/failure.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import type { Geography } from '../../providers/geography/geography.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { AccountKeyring } from '../sealing/account-keys.ts';
import { proveSecondFactor } from '../second-factor/second-factor.ts';
import { type AttemptParts, countCodeAttempt, knowPlace } from '../sign-in-attempts/count-attempt.ts';
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
 * sign-ins under way too. What `alsoDo` does in the same transaction it gives as ids for the event. Throws the way's refusal (403), missing_fields (401) for otp, too_many_attempts (429).
 */
export async function openSession(
  parts: SessionParts,
  login: { user: UserRow; email: string; otp: string | undefined },
  wish: SessionWish,
  way: Way,
  origin: Origin,
  alsoDo: (tx: Transaction) => Promise<Record<string, string>> = async () => ({}),
): Promise<void> {
  const { user, otp } = login;
  const { account_id: accountId, user_id: userId } = user;
  const attempt = { email: login.email, address: origin.address };
  const counted = otp === undefined ? null : await countCodeAttempt(parts, attempt, accountId);
  const keys = await parts.keyring.forAccount(accountId);
  const proof = await parts.database.tenant(accountId, async (tx) => {
    const now = await lockUser(tx, accountId, userId);
    const stands = now !== undefined && now.disabled_at === null && now.password_hash === user.password_hash;
    const proof = stands ? await proveSecondFactor(tx, { keys, userId }, otp, wish.issuedAt) : 'changed meanwhile';
    const objectIds: Record<string, string> = {
      ...way.objectIds,
      ...(proof === 'off' ? {} : { second_factor: proof.replaceAll(' ', '_') }),
    };
    const isIn = proof !== 'needed' && proof !== 'wrong' && proof !== 'changed meanwhile';
    if (isIn) {
      const { address, client } = origin;
      const country = parts.geography.countryOf(address);
      await insertSession(tx, { ...wish, accountId, userId, address, client, country });
      Object.assign(objectIds, await alsoDo(tx));
    }
    await recordSignIn(
      tx,
      { accountId, userId },
      isIn ? 'done' : 'refused',
      objectIds,
      origin,
      isIn ? wish.sessionId : null,
    );
    return proof;
  });
  if (proof === 'needed') throw codeNeeded();
  if (proof === 'wrong' || proof === 'changed meanwhile') throw way.refused();
  await counted?.giveBack();
  await knowPlace(parts, attempt, accountId);
}

/** 401 as for any required field: it is told only to who gave the right password. */
function codeNeeded(): Failure {
  return platformFailures.missing_fields({
    fields: ['otp'],
    message: 'Required fields are missing: otp. Send the code of your authenticator app, or a recovery code.',
  });
}
