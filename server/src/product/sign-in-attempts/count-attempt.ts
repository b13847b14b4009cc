import type { Clock } from '../../platform/clock/clock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { signInAttemptFailures } from './errors.ts';
import { deleteWhole, giveBack, isKnownPlace, notePlace, useUp } from './store.ts';
import { type Allowance, type Attempt, codeAllowances, passwordAllowances, placeSubject } from './subjects.ts';

export type AttemptParts = { database: Database; clock: Clock; attemptKey: Buffer };

/** An attempt that is counted as a failure until it is told otherwise. */
export type Counted = {
  /** It was right: what it used up is given back. */
  giveBack(): Promise<void>;
};

/**
 * Counts an attempt to show a password or a code before it is looked at, so that many at once are many. Throws
 * too_many_attempts (429) when failures have used up what is allowed; a refused attempt uses up nothing. An email that is
 * nobody's is counted like any other.
 */
export async function countAttempt(parts: AttemptParts, kind: 'password' | 'code', attempt: Attempt): Promise<Counted> {
  const { database, clock, attemptKey } = parts;
  const now = clock.now();
  const place = placeSubject(attemptKey, attempt);
  const used = await database.acrossAccounts(async (tx) => {
    const allowancesOf = kind === 'password' ? passwordAllowances : codeAllowances;
    const allowances = allowancesOf(attemptKey, attempt, await isKnownPlace(tx, place, now));
    const waitSeconds = await overdrawn(tx, allowances, now);
    if (waitSeconds > 0) throw signInAttemptFailures.too_many_attempts({ retryAfterSeconds: waitSeconds });
    return allowances;
  });
  return {
    giveBack: () => database.acrossAccounts((tx) => giveBack(tx, used)),
  };
}

/** Somebody signed in from there: from now on strangers' failures elsewhere do not count against who comes from there. */
export function knowPlace({ database, clock, attemptKey }: AttemptParts, attempt: Attempt): Promise<void> {
  return database.acrossAccounts((tx) => notePlace(tx, placeSubject(attemptKey, attempt), clock.now()));
}

/** Seconds until one more attempt is allowed; 0 when this one is. */
async function overdrawn(tx: Transaction, allowances: readonly Allowance[], now: Date): Promise<number> {
  const states = await useUp(tx, allowances, now);
  const waits = allowances.map(({ subject, burst, secondsEach }) => {
    const state = states.find((one) => one.subject.equals(subject));
    const usedSeconds = ((state?.whole_at ?? now).getTime() - now.getTime()) / 1_000;
    return usedSeconds - burst * secondsEach;
  });
  return Math.max(0, Math.ceil(Math.max(...waits)));
}

/** Forgets what no longer matters; for the sweep. */
export function forgetOldAttempts(database: Database): Promise<void> {
  return database.acrossAccounts(deleteWhole);
}
