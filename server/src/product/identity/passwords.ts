import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import { MAX_PASSWORD_CHARACTERS } from './password-rule.ts';

// OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. The library's default variant is argon2id.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const CONCURRENT_HASHES = 4;
const MAX_WAITING = 200;

let running = 0;
const waiting: (() => void)[] = [];

/** Hashing is made to be costly: only so many run at once, and an endless queue of sign-ins is turned away. */
async function withSlot<T>(work: () => Promise<T>): Promise<T> {
  if (running >= CONCURRENT_HASHES) {
    if (waiting.length >= MAX_WAITING)
      throw platformFailures.dependency_away({ message: 'Too many sign-ins at once. Try again in a moment.' });
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else {
    running += 1;
  }
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    // The slot is handed over, not given back, when somebody waits.
    if (next === undefined) running -= 1;
    else next();
  }
}

/** One form for what looks the same however a keyboard composes it: OpaqueString of RFC 8265, section 4.2. */
function composed(password: string): string {
  return password.replace(/\p{Zs}/gu, ' ').normalize('NFC');
}

export function hashPassword(password: string): Promise<string> {
  return withSlot(() => hash(composed(password), COST));
}

const unpadded = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
// A hash of nothing, at the same cost: written rather than computed, so that no first caller pays for it or can fail in it.
const DECOY = `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$${unpadded(randomBytes(16))}$${unpadded(randomBytes(32))}`;

/** Checks a password. With no hash (unknown user) the same work is done for nothing, so that time tells no secrets. */
export async function passwordFits(password: string, passwordHash: string | null): Promise<boolean> {
  if (password.length > 4 * MAX_PASSWORD_CHARACTERS) return false;
  const fits = await withSlot(() => verify(passwordHash ?? DECOY, composed(password)));
  return fits && passwordHash !== null;
}
