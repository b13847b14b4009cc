import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { passwordProblem } from './password-rule.ts';

const KNOWN = ['somebody.special@example.test', 'Maximiliana Theodora'];

describe('the password rule', () => {
  test('refuses what is short, long, regular, known from lists, or made of what is known of the user', async () => {
    const refused: [string, RegExp][] = [
      ['', /at least 12/],
      ['eleven char', /at least 12/],
      ['🐴'.repeat(11), /at least 12/],
      [`${'abcde'.repeat(51)}ab`, /at most 256/],
      ['aaaaaaaaaaaaaaaa', /guess/],
      ['abababababababab', /guess/],
      ['abcde'.repeat(51), /guess/],
      ['123456789012', /guess/],
      ['qwertyuiop123', /guess/],
      ['password1234', /guess/],
      ['PassW0rd1234', /guess/],
      ['passwordpassword', /guess/],
      ['changemechangeme', /guess/],
      ['administrator', /guess/],
      ['nudgescribe123', /guess/],
      ['Somebody.Special@Example.TEST', /guess/],
      ['maximiliana12', /guess/],
      ['theodora2026!', /guess/],
    ];
    for (const [password, why] of refused)
      assert.match((await passwordProblem(password, KNOWN)) ?? 'taken', why, password);
  });

  test('takes 12 to 256 characters, counted as people count them, of any kind', async () => {
    const long = Array.from({ length: 32 }, (_, index) => `${index}-horse ${index * 7}`.slice(0, 8)).join('');
    for (const password of ['twelve chars', 'kx9mq2plz7wa', 'a long and secret sentence', 'äöüßéñ中文字🐴🐎🎠', long])
      assert.equal(await passwordProblem(password, KNOWN), null, password);
    assert.ok([...long].length <= 256);
  });
});
