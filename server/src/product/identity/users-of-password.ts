import { type AttemptParts, countPasswordAttempt } from '../sign-in-attempts/count-attempt.ts';
import type { Attempt } from '../sign-in-attempts/subjects.ts';
import { passwordFits } from './passwords.ts';
import type { UserRow } from './user.ts';

/**
 * Those of an email's users, at most one an account, whose password this is and who are not disabled. It costs as much
 * when there are none, and counts as a failed attempt unless it is right for all that it was tried on: a user who is made
 * elsewhere with this email must not buy free guesses. Throws too_many_attempts (429), dependency_away (503) when so many
 * wait that nobody looked at it; that counts as nothing.
 */
export async function usersOfPassword(
  parts: AttemptParts,
  attempt: Attempt,
  users: readonly UserRow[],
  password: string,
): Promise<UserRow[]> {
  const accountIds = users.map((user) => user.account_id);
  const counted = await countPasswordAttempt(parts, attempt, accountIds);
  const tried = users.filter((user) => counted.allowed.includes(user.account_id));
  try {
    if (tried.length === 0) await passwordFits(password, null);
    const fits = await Promise.all(tried.map((user) => passwordFits(password, user.password_hash)));
    const right = tried.filter((user, index) => fits[index] && user.disabled_at === null);
    if (right.length > 0 && right.length === tried.length) await counted.giveBack();
    return right;
  } catch (error) {
    await counted.giveBack();
    throw error;
  }
}
