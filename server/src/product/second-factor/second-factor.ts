import type { Transaction } from '../../platform/database/database.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { openProfile, sealProfile } from '../sealing/profile-envelope.ts';
import { hashRecoveryCode, looksLikeCode, newRecoveryCodes, newSecret, stepOf } from './codes.ts';
import {
  countRecoveryCodes,
  deleteSecondFactor,
  insertUnconfirmed,
  isSecondFactorOn,
  isSecondFactorRequired,
  lockSecondFactor,
  replaceRecoveryCodes,
  takeStep,
  useRecoveryCode,
  usersWithSecondFactor,
} from './store.ts';

/** Whose second factor: the keys are those of the user's account. */
export type Holder = { keys: AccountKeys; userId: string };

/** What an `otp` came to: there is no second factor; none was given; taken; not taken. */
export type Proof = 'off' | 'needed' | 'code' | 'recovery code' | 'wrong';

// Secrets belong to no workspace: the account stands in its place, as with kept answers.
const placeOf = ({ keys, userId }: Holder) => ({
  accountId: keys.accountId,
  workspaceId: keys.accountId,
  customerId: userId,
});

/**
 * Checks a code of the authenticator app or a recovery code, and spends it: neither is taken twice, by however many calls
 * at once. The caller's transaction must commit for that.
 */
export async function proveSecondFactor(
  tx: Transaction,
  holder: Holder,
  otp: string | undefined,
  now: Date,
): Promise<Proof> {
  const { keys, userId } = holder;
  const factor = await lockSecondFactor(tx, keys.accountId, userId);
  if (factor === undefined || factor.confirmed_at === null) return 'off';
  if (otp === undefined) return 'needed';
  if (!looksLikeCode(otp)) {
    const used = await useRecoveryCode(tx, keys.accountId, userId, hashRecoveryCode(keys, userId, otp));
    return used ? 'recovery code' : 'wrong';
  }
  return (await takeCode(tx, holder, factor, otp, now)) ? 'code' : 'wrong';
}

async function takeCode(
  tx: Transaction,
  holder: Holder,
  factor: { sealed_secret: Buffer; last_step: number },
  otp: string,
  now: Date,
): Promise<boolean> {
  const secret = openProfile(holder.keys, placeOf(holder), factor.sealed_secret);
  const step = stepOf(secret, otp, now);
  if (step === null || step <= factor.last_step) return false;
  await takeStep(tx, holder.keys.accountId, holder.userId, step, now);
  return true;
}

/** A new secret that counts only once a first code was shown; null when a confirmed one is there. */
export async function beginSecondFactor(tx: Transaction, holder: Holder): Promise<Buffer | null> {
  const secret = newSecret();
  const sealed = sealProfile(holder.keys, placeOf(holder), secret);
  return (await insertUnconfirmed(tx, holder.keys.accountId, holder.userId, sealed)) ? secret : null;
}

/** Turns the second factor on when the code is right. Gives the recovery codes, which nobody can tell again. */
export async function confirmSecondFactor(
  tx: Transaction,
  holder: Holder,
  otp: string,
  now: Date,
): Promise<string[] | 'not begun' | 'on already' | 'wrong'> {
  const factor = await lockSecondFactor(tx, holder.keys.accountId, holder.userId);
  if (factor === undefined) return 'not begun';
  if (factor.confirmed_at !== null) return 'on already';
  if (!looksLikeCode(otp) || !(await takeCode(tx, holder, factor, otp, now))) return 'wrong';
  return renewRecoveryCodes(tx, holder);
}

/** Ten new recovery codes in the place of those that were there. */
export async function renewRecoveryCodes(tx: Transaction, { keys, userId }: Holder): Promise<string[]> {
  const codes = newRecoveryCodes();
  const hashes = codes.map((code) => hashRecoveryCode(keys, userId, code));
  await replaceRecoveryCodes(tx, keys.accountId, userId, hashes);
  return codes;
}

/** Takes the second factor and its recovery codes away. Returns whether there was one, confirmed or not. */
export async function dropSecondFactor(tx: Transaction, accountId: string, userId: string): Promise<boolean> {
  return (await deleteSecondFactor(tx, accountId, userId)) > 0;
}

/** `is_required`: the account demands one of everybody but service users. */
export async function standingOf(
  tx: Transaction,
  accountId: string,
  userId: string,
): Promise<{ is_on: boolean; is_required: boolean; recovery_codes_left: number }> {
  return {
    is_on: await isSecondFactorOn(tx, accountId, userId),
    is_required: await isSecondFactorRequired(tx, accountId),
    recovery_codes_left: await countRecoveryCodes(tx, accountId, userId),
  };
}

/** Who of these users has a second factor. */
export function holdersOfSecondFactor(
  tx: Transaction,
  accountId: string,
  userIds: readonly string[],
): Promise<Set<string>> {
  return usersWithSecondFactor(tx, accountId, userIds);
}
