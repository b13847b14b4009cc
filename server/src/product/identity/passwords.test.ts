import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hashPassword, passwordFits } from './passwords.ts';

/** Everything that may run and wait at once. */
const SLOTS = 4 + 200;

describe('hashing', () => {
  // First in this file: the very first check of a password must bear a full queue too.
  test('turns away what is too much at once, and goes on afterwards', async () => {
    const known = await hashPassword('seven horses');
    const filled = Array.from({ length: SLOTS }, () => hashPassword('a long password'));
    const away = { code: 'dependency_away' };
    await assert.rejects(passwordFits('seven horses', known), away);
    await assert.rejects(passwordFits('seven horses', null), away);
    await assert.rejects(hashPassword('seven horses'), away);
    await Promise.all(filled);
    assert.equal(await passwordFits('seven horses', known), true);
    // What was turned away must not be remembered against everybody who is unknown.
    assert.equal(await passwordFits('seven horses', null), false);
  });

  test('is argon2id at the cost that OWASP names, salted', async () => {
    const [one, other] = await Promise.all([hashPassword('seven horses'), hashPassword('seven horses')]);
    assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    assert.notEqual(one, other);
    assert.equal(await passwordFits('seven horses', one), true);
    assert.equal(await passwordFits('seven horse', one), false);
    assert.equal(await passwordFits(`seven horses${'\0'}`, one), false);
  });

  test('an unknown user costs as much as a known one, from the first time on', async () => {
    const known = await hashPassword('seven horses');
    const median = async (against: string | null) => {
      const times: number[] = [];
      for (let round = 0; round < 9; round += 1) {
        const start = performance.now();
        assert.equal(await passwordFits('a wrong one', against), false);
        times.push(performance.now() - start);
      }
      return times.sort((left, right) => left - right)[4] ?? 0;
    };
    const ratio = (await median(null)) / (await median(known));
    // Skipping the work would be a hundred times faster; the margin is for a busy machine.
    assert.ok(ratio > 0.3 && ratio < 3, `ratio ${ratio}`);
  });
});
