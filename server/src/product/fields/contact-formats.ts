import { isValidPhoneNumber } from 'libphonenumber-js/min';

/** The longest address SMTP can carry (RFC 5321, 4.5.3.1.3 less its angle brackets). */
const MAX_EMAIL_CHARACTERS = 254;
const MAX_PHONE_CHARACTERS = 40;

// One "@"; a local part without spaces, quotes or dots at its ends (64 characters, RFC 5321); a domain of at least two
// labels (63 characters each, RFC 1035), the last not all digits. Every piece is bounded, so that time is linear.
const LABEL = '[\\p{L}\\p{N}](?:[\\p{L}\\p{M}\\p{N}-]{0,61}[\\p{L}\\p{M}\\p{N}])?';
const EMAIL = new RegExp(
  `^(?=[^@]{1,64}@)[^\\s.@"(),:;<>[\\\\\\]\\p{Cc}\\p{Cf}]+(?:\\.[^\\s.@"(),:;<>[\\\\\\]\\p{Cc}\\p{Cf}]+)*@(?:${LABEL}\\.)+(?!\\p{N}+$)${LABEL}$`,
  'u',
);

/** True for text with the form of an email address, in any script. Whether anybody reads it is not asked. */
export function isEmail(text: string): boolean {
  return text.length <= MAX_EMAIL_CHARACTERS && EMAIL.test(text);
}

/**
 * True for a phone number with "+" and country code that exists under its country's numbering plan (libphonenumber). A
 * national number is refused: nothing says which country it would be dialled in.
 */
export function isPhone(text: string): boolean {
  return text.length <= MAX_PHONE_CHARACTERS && text.startsWith('+') && isValidPhoneNumber(text);
}

/** True for an absolute http or https address as the URL standard reads it. */
export function isUrl(text: string): boolean {
  return /^https?:\/\/[^/\\]/i.test(text) && !/[\s\p{Cc}]/u.test(text) && URL.canParse(text);
}
