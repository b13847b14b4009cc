const NUMBER = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/;
const AMOUNT = /^([+-]?)(\d+)(?:\.(\d+))?$/;
/** Numbers that are canonical as they stand: nearly every cell of a real file, and no allocation. */
const CANONICAL = /^(?:0|-?[1-9]\d{0,14}|-?(?:0|[1-9]\d{0,14})\.\d{0,14}[1-9])$/;
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;
/** Room for every double written out: about 309 digits before the point. */
const MAX_CHARACTERS = 400;

/**
 * The canonical decimal text of a number: no exponent, no plus, no needless zeros, every digit kept ("+1.50e2" is "150").
 * Null for anything that is not an optional sign, digits, an optional fraction and exponent, or is not finite as a double.
 */
export function canonicalNumber(text: string): string | null {
  if (CANONICAL.test(text)) return text;
  if (text.length > MAX_CHARACTERS) return null;
  const match = NUMBER.exec(text);
  if (match === null || !Number.isFinite(Number(text))) return null;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  const digits = whole + fraction;
  // Zero needs no room, whatever its exponent.
  if (/^0+$/.test(digits)) return '0';
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > MAX_CHARACTERS) return null;
  const point = whole.length + exponent;
  const integer = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0');
  const rest = point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point);
  const cleanInteger = integer.replace(/^0+(?=\d)/, '');
  const cleanFraction = rest.replace(/0+$/, '');
  const plain = `${sign === '-' ? '-' : ''}${cleanInteger}${cleanFraction === '' ? '' : `.${cleanFraction}`}`;
  // A canonical text is read again when its profile is: it must pass here itself.
  return plain.length > MAX_CHARACTERS ? null : plain;
}

/**
 * The canonical text of an amount with exactly `units` digits behind the point. Null when it is not an amount;
 * 'too_many_decimals' when it has more digits than the currency.
 */
export function canonicalAmount(text: string, units: number): string | null | 'too_many_decimals' {
  if (text.length > MAX_CHARACTERS) return null;
  const match = AMOUNT.exec(text);
  if (match === null || !Number.isFinite(Number(text))) return null;
  const [, sign = '', whole = '', fraction = ''] = match;
  if (fraction.length > units) return 'too_many_decimals';
  const cleanWhole = whole.charCodeAt(0) === 48 ? whole.replace(/^0+(?=\d)/, '') : whole;
  const plain = units === 0 ? cleanWhole : `${cleanWhole}.${fraction.padEnd(units, '0')}`;
  if (plain.length >= MAX_CHARACTERS) return null;
  return sign === '-' && /[1-9]/.test(plain) ? `-${plain}` : plain;
}

/**
 * Below zero, zero or above zero as the first canonical number or amount is below, equal to or above the second, exact
 * to the last digit: rounding to doubles keeps the order, so that only equal doubles need their digits compared.
 */
export function compareDecimals(left: string, right: string): number {
  if (left === right) return 0;
  const rounded = Number(left) - Number(right);
  return rounded !== 0 ? rounded : compareDigits(left, right);
}

function compareDigits(left: string, right: string): number {
  const [, leftSign = '', leftWhole = '', leftFraction = ''] = DECIMAL.exec(left) ?? [];
  const [, rightSign = '', rightWhole = '', rightFraction = ''] = DECIMAL.exec(right) ?? [];
  if (leftSign !== rightSign) return leftSign === '-' ? -1 : 1;
  const whole = Math.max(leftWhole.length, rightWhole.length);
  const fraction = Math.max(leftFraction.length, rightFraction.length);
  const leftDigits = leftWhole.padStart(whole, '0') + leftFraction.padEnd(fraction, '0');
  const rightDigits = rightWhole.padStart(whole, '0') + rightFraction.padEnd(fraction, '0');
  const order = leftDigits === rightDigits ? 0 : leftDigits < rightDigits ? -1 : 1;
  return leftSign === '-' ? -order : order;
}
