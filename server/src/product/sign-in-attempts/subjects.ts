import { createHmac } from 'node:crypto';
import { placeOf } from '../../platform/http/client-address.ts';

/** What one attempt uses up of what is allowed of its kind: so much at once, and one more after so many seconds each. */
export type Allowance = { subject: Buffer; burst: number; secondsEach: number };

export type Attempt = { email: string; address: string };

const AT_ONE_PLACE = { burst: 10, secondsEach: 60 };
/** From all places together from which the email never signed in. */
const AT_STRANGE_PLACES = { burst: 20, secondsEach: 30 };
/** With the right password and a wrong code: a million codes must take years. */
const CODES = { burst: 10, secondsEach: 600 };

function hashed(key: Buffer, ...parts: string[]): Buffer {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest();
}

/**
 * Who signs in to which account from where, as one keyed hash. A place is known to one account only: else who has an
 * account of their own could make their place known for an email that is somebody's elsewhere.
 */
export function placeSubject(key: Buffer, { email, address }: Attempt, accountId: string): Buffer {
  return hashed(key, 'place', accountId, email.toLowerCase(), placeOf(address));
}

/** What each attempt with a password counts against. By email alone: what is left must not tell whose email it is. */
export function passwordAllowance(key: Buffer, { email, address }: Attempt): Allowance {
  return { subject: hashed(key, 'password', email.toLowerCase(), placeOf(address)), ...AT_ONE_PLACE };
}

/** What an attempt with a password from a place that is not known counts against besides. */
export function strangersAllowance(key: Buffer, { email }: Attempt): Allowance {
  return { subject: hashed(key, 'password', email.toLowerCase()), ...AT_STRANGE_PLACES };
}

/** What an attempt with a code counts against: known places have an allowance of their own. */
export function codeAllowance(key: Buffer, attempt: Attempt, accountId: string, isKnownPlace: boolean): Allowance {
  const whose = [accountId, attempt.email.toLowerCase(), ...(isKnownPlace ? [placeOf(attempt.address)] : [])];
  return { subject: hashed(key, 'code', ...whose), ...CODES };
}
