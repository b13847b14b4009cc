const NUMBER = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/;
const AMOUNT = /^([+-]?)(\d+)(?:\.(\d+))?$/;
const PLAIN = /^(?:0|-?[1-9]\d{0,14})$/;
const MAX_DIGITS = 400;

/**
 * The canonical decimal text of a number: no exponent, no plus, no needless zeros, every digit kept ("+1.50e2" is "150").
 * Null for anything that is not an optional sign, digits, an optional fraction and exponent, or is not finite as a double.
 */
export function canonicalNumber(text: string): string | null {
  if (PLAIN.test(text)) return text;
  const match = NUMBER.exec(text);
  if (match === null || text.length > MAX_DIGITS || !Number.isFinite(Number(text))) return null;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > MAX_DIGITS) return null;
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const integer = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0');
  const rest = point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point);
  const cleanInteger = integer.replace(/^0+(?=\d)/, '');
  const cleanFraction = rest.replace(/0+$/, '');
  const plain = cleanFraction === '' ? cleanInteger : `${cleanInteger}.${cleanFraction}`;
  return sign === '-' && plain !== '0' ? `-${plain}` : plain;
}

/**
 * The canonical text of an amount with exactly `units` digits behind the point. Null when it is not an amount;
 * 'too_many_decimals' when it has more digits than the currency.
 */
export function canonicalAmount(text: string, units: number): string | null | 'too_many_decimals' {
  const match = AMOUNT.exec(text);
  if (match === null || text.length > MAX_DIGITS || !Number.isFinite(Number(text))) return null;
  const [, sign = '', whole = '', fraction = ''] = match;
  if (fraction.length > units) return 'too_many_decimals';
  const cleanWhole = whole.replace(/^0+(?=\d)/, '');
  const plain = units === 0 ? cleanWhole : `${cleanWhole}.${fraction.padEnd(units, '0')}`;
  return sign === '-' && /[1-9]/.test(plain) ? `-${plain}` : plain;
}
