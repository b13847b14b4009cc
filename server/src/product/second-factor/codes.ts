import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { keyedHash } from '../sealing/keyed-hash.ts';

// RFC 6238 as every authenticator app takes it for granted; a secret of 20 bytes is what RFC 4226 recommends.
const SECRET_BYTES = 20;
const DIGITS = 6;
const STEP_SECONDS = 30;
const STEPS_AROUND = 1;
const ISSUER = 'Nudgescribe';

export const RECOVERY_CODES = 10;
const RECOVERY_BYTES = 15;
const RECOVERY_GROUP = 4;

export function newSecret(): Buffer {
  return randomBytes(SECRET_BYTES);
}

function totpOf(secret: Buffer, label: string): TOTP {
  return new TOTP({
    issuer: ISSUER,
    label,
    algorithm: 'SHA1',
    digits: DIGITS,
    period: STEP_SECONDS,
    secret: new Secret({ buffer: new Uint8Array(secret).buffer }),
  });
}

/** What a person types or scans into an authenticator app: the secret in Base32, and the otpauth: URI around it. */
export function shownSecret(secret: Buffer, email: string): { secret: string; otpauth_uri: string } {
  const totp = totpOf(secret, email);
  return { secret: totp.secret.base32, otpauth_uri: totp.toString() };
}

export const looksLikeCode = (otp: string) => /^\d{6}$/.test(otp.replaceAll(' ', ''));

/** The time step a code stands for, at most one from now, since clocks differ; null when it stands for none. */
export function stepOf(secret: Buffer, otp: string, now: Date): number | null {
  const delta = totpOf(secret, '').validate({
    token: otp.replaceAll(' ', ''),
    timestamp: now.getTime(),
    window: STEPS_AROUND,
  });
  return delta === null ? null : Math.floor(now.getTime() / 1_000 / STEP_SECONDS) + delta;
}

/**
 * Codes of 120 random bits in Base32, as "ABCD-EFGH-IJKL-MNOP-QRST-UVWX": more than the 112 from which on a hash without
 * the cost of a password's keeps a secret (OWASP ASVS 5.0, 6.5.2).
 */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const text = new Secret({ buffer: new Uint8Array(randomBytes(RECOVERY_BYTES)).buffer }).base32;
    return text.match(new RegExp(`.{${RECOVERY_GROUP}}`, 'g'))?.join('-') ?? text;
  });
}

/** However it was typed: spaces, dashes and case do not count. */
export function hashRecoveryCode(keys: AccountKeys, userId: string, code: string): Buffer {
  const plain = code.toUpperCase().replaceAll(/[^A-Z2-7]/g, '');
  return Buffer.from(keyedHash(keys.indexKey, `recovery code ${userId} `, plain), 'hex');
}
