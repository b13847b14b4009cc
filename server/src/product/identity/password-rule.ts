import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

export const MIN_PASSWORD_CHARACTERS = 12;
export const MAX_PASSWORD_CHARACTERS = 256;

// Of ten: a password that fewer guesses find falls to whoever gets hold of its hash, argon2id or not.
const LEAST_GUESSES_LOG10 = 8;
/** More need not be looked at: what is that long and still easy repeats itself at the beginning. */
const CHARACTERS_LOOKED_AT = 64;

let estimator: Promise<ZxcvbnFactory> | null = null;

/** Loaded when somebody first chooses a password: a server that only checks them does without its lists. */
function theEstimator(): Promise<ZxcvbnFactory> {
  estimator ??= Promise.all([import('@zxcvbn-ts/core'), import('@zxcvbn-ts/language-common')]).then(
    ([{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }]) =>
      new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: CHARACTERS_LOOKED_AT }),
  );
  return estimator;
}

/**
 * Why a password cannot be taken; null when it can. `known` are words that a guesser would try first, such as the user's
 * email and name.
 */
export async function passwordProblem(password: string, known: readonly string[]): Promise<string | null> {
  const length = [...password].length;
  if (length < MIN_PASSWORD_CHARACTERS) return `must have at least ${MIN_PASSWORD_CHARACTERS} characters`;
  if (length > MAX_PASSWORD_CHARACTERS) return `must have at most ${MAX_PASSWORD_CHARACTERS} characters`;
  const words = known.flatMap((word) => [word, ...word.split(/[^\p{L}\p{N}]+/u)]).filter((word) => word.length > 2);
  const looked = password.slice(0, CHARACTERS_LOOKED_AT);
  const { guessesLog10 } = (await theEstimator()).check(looked, ['nudgescribe', ...words]);
  if (guessesLog10 < LEAST_GUESSES_LOG10)
    return 'is too easy to guess: it is known from lists, or made of one word, a name, a date or a pattern. Take several words that do not belong together';
  return null;
}
