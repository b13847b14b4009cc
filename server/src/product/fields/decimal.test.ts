import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canonicalAmount, canonicalNumber, compareDecimals } from './decimal.ts';

describe('numbers', () => {
  const canonical: [string, string][] = [
    ['0', '0'],
    ['-0', '0'],
    ['+0.000', '0'],
    ['0e400', '0'],
    ['007', '7'],
    ['+1.50e2', '150'],
    ['-1.50', '-1.5'],
    ['1e-7', '0.0000001'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['0.1000000000000000000000000000000001', '0.1000000000000000000000000000000001'],
    ['12.34E+1', '123.4'],
    ['1e308', `1${'0'.repeat(308)}`],
    ['100', '100'],
    ['0.10', '0.1'],
  ];
  for (const [text, expected] of canonical)
    test(`${text.slice(0, 40)} is kept`, () => {
      assert.equal(canonicalNumber(text), expected);
      // What is kept is read again, so it stands for itself.
      assert.equal(canonicalNumber(expected), expected);
    });

  test('everything else is refused', () => {
    const odd =
      '1e309,-1e309,0x1F,0b1,NaN,Infinity,-Infinity,1 000,1_000,1.,.5,--1,+-1,1e,1e1.5,1.2.3,٣,１,½,1a,e5,-,+,1e99999,1\u00a0';
    for (const text of [...odd.split(','), '1,5', '1,000', '', ' ', '1'.repeat(401)])
      assert.equal(canonicalNumber(text), null, text.slice(0, 20));
  });
});

describe('amounts', () => {
  test('have exactly the digits of their currency', () => {
    assert.equal(canonicalAmount('5', 2), '5.00');
    assert.equal(canonicalAmount('+05.1', 2), '5.10');
    assert.equal(canonicalAmount('-0.00', 2), '0.00');
    assert.equal(canonicalAmount('-12', 0), '-12');
    assert.equal(canonicalAmount('1.2345', 4), '1.2345');
    assert.equal(canonicalAmount('1.5', 0), 'too_many_decimals');
    assert.equal(canonicalAmount('1.000', 2), 'too_many_decimals');
  });

  test('have no exponent, symbol or grouping', () => {
    for (const text of ['1e2', '$1', '1 €', '1,000', '1,50', '(1)', '', '-', '.5', '5.', '0x10', '1'.repeat(401)])
      assert.equal(canonicalAmount(text, 2), null, text.slice(0, 20));
  });
});

test('comparing is exact beyond what doubles hold', () => {
  assert.equal(compareDecimals('9007199254740993', '9007199254740992'), 1);
  assert.equal(compareDecimals('-9007199254740993', '-9007199254740992'), -1);
  assert.ok(compareDecimals('0.1', '0.10000000000000000001') < 0);
  assert.ok(compareDecimals('-1', '1') < 0);
  assert.ok(compareDecimals('10', '9') > 0);
  assert.equal(compareDecimals('5.00', '5'), 0);
});
