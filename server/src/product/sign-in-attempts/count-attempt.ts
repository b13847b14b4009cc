import type { Clock } from '../../platform/clock/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { signInAttemptFailures } from './errors.ts';
import { deleteWhole, giveBack, knownPlaces, notePlace, useUp } from './store.ts';
import {
  type Allowance,
  type Attempt,
  codeAllowance,
  passwordAllowance,
  placeSubject,
  strangersAllowance,
} from './subjects.ts';

export type AttemptParts = { database: Database; clock: Clock; attemptKey: Buffer };

/** An attempt that is counted as a failure until it is told otherwise. */
export type Counted = {
  /** It was right, or nobody could look at it: what it used up is given back. */
  giveBack(): Promise<void>;
};

/**
 * Counts an attempt to show a password before it is looked at, so that many at once are many. `accountIds` are those in
 * which the email is somebody's; it may be tried on the `allowed` of them. Throws too_many_attempts (429) when failures
 * have used up what is allowed on all of them; a refused attempt uses up nothing. An email that is nobody's is counted
 * like any other.
 */
export async function countPasswordAttempt(
  parts: AttemptParts,
  attempt: Attempt,
  accountIds: readonly string[],
): Promise<Counted & { allowed: readonly string[] }> {
  const { database, clock, attemptKey } = parts;
  const now = clock.now();
  const { allowed, used } = await database.acrossAccounts(async (tx) => {
    const known = await whereKnown(tx, attemptKey, attempt, accountIds, now);
    const atPlace = passwordAllowance(attemptKey, attempt);
    if (known.length > 0 && known.length === accountIds.length) {
      await useUpOrRefuse(tx, [atPlace], now);
      return { allowed: known, used: [atPlace] };
    }
    const both = [atPlace, strangersAllowance(attemptKey, attempt)];
    if (known.length === 0) {
      await useUpOrRefuse(tx, both, now);
      return { allowed: accountIds, used: both };
    }
    // Strangers may have used up what is theirs: who comes from a known place still gets in where it is known.
    const [waitAtPlace = 0, waitOfStrangers = 0] = await waitsAfterUse(tx, both, now);
    refuseUntil(waitAtPlace);
    if (waitOfStrangers === 0) return { allowed: accountIds, used: both };
    await giveBack(tx, both.slice(1));
    return { allowed: known, used: [atPlace] };
  });
  return { allowed, giveBack: () => database.acrossAccounts((tx) => giveBack(tx, used)) };
}

/** Counts an attempt to show a code of a user's second factor, as countPasswordAttempt does passwords. */
export async function countCodeAttempt(parts: AttemptParts, attempt: Attempt, accountId: string): Promise<Counted> {
  const { database, clock, attemptKey } = parts;
  const now = clock.now();
  const used = await database.acrossAccounts(async (tx) => {
    const [known] = await whereKnown(tx, attemptKey, attempt, [accountId], now);
    const allowance = codeAllowance(attemptKey, attempt, accountId, known !== undefined);
    await useUpOrRefuse(tx, [allowance], now);
    return allowance;
  });
  return { giveBack: () => database.acrossAccounts((tx) => giveBack(tx, [used])) };
}

/** Somebody signed in from there, or chose a password by a link: from now on strangers' failures elsewhere do not count against who comes from there. */
export function knowPlace(
  { database, clock, attemptKey }: AttemptParts,
  attempt: Attempt,
  accountId: string,
): Promise<void> {
  return database.acrossAccounts((tx) => notePlace(tx, placeSubject(attemptKey, attempt, accountId), clock.now()));
}

/** Those of the accounts which know the attempt's place. */
async function whereKnown(
  tx: Transaction,
  attemptKey: Buffer,
  attempt: Attempt,
  accountIds: readonly string[],
  now: Date,
): Promise<string[]> {
  const places = accountIds.map((accountId) => placeSubject(attemptKey, attempt, accountId));
  const known = await knownPlaces(tx, places, now);
  return accountIds.filter((_, index) => known.some((place) => places[index]?.equals(place)));
}

/** Uses up one attempt of each allowance. Gives the seconds until each allows one more; 0 where it allows this one. */
async function waitsAfterUse(tx: Transaction, allowances: readonly Allowance[], now: Date): Promise<number[]> {
  const states = await useUp(tx, allowances, now);
  return allowances.map(({ subject, burst, secondsEach }) => {
    const state = states.find((one) => one.subject.equals(subject));
    const usedSeconds = ((state?.whole_at ?? now).getTime() - now.getTime()) / 1_000;
    return Math.max(0, Math.ceil(usedSeconds - burst * secondsEach));
  });
}

function refuseUntil(waitSeconds: number): void {
  if (waitSeconds > 0) throw signInAttemptFailures.too_many_attempts({ retryAfterSeconds: waitSeconds });
}

async function useUpOrRefuse(tx: Transaction, allowances: readonly Allowance[], now: Date): Promise<void> {
  refuseUntil(Math.max(...(await waitsAfterUse(tx, allowances, now))));
}

/** Forgets what no longer matters; for the sweep. */
export function forgetOldAttempts(database: Database): Promise<void> {
  return database.acrossAccounts(deleteWhole);
}
