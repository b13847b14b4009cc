import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure } from '../../platform/errors/failure.ts';
import { compileEligibility, type EligibleWhen } from './eligibility.ts';
import { clearField } from './test-fields.ts';

const FIELDS = [
  clearField(1, 'consent', 'boolean', { is_sensitive: true }),
  clearField(2, 'email', 'string', { is_unique: true, is_sensitive: true }),
  clearField(3, 'spend', 'currency'),
  clearField(4, 'joined', 'Date'),
  clearField(5, 'plan', 'enum', { options: ['Basic', 'Plus'] }),
  clearField(6, 'tenure', 'number'),
];

const isEligible = (rules: EligibleWhen, values: Record<number, string>) =>
  compileEligibility(rules, FIELDS, 2026).isEligible((slot) => values[slot]);

describe('who is eligible', () => {
  const cases: [EligibleWhen[number], Record<number, string>, boolean][] = [
    [{ field_name: 'consent', op: 'is', value: true }, { 1: 'true' }, true],
    [{ field_name: 'Consent', op: 'is', value: 'YES' }, { 1: 'true' }, true],
    [{ field_name: 'consent', op: 'is', value: true }, { 1: 'false' }, false],
    [{ field_name: 'consent', op: 'is', value: true }, {}, false],
    [{ field_name: 'consent', op: 'is_not', value: false }, {}, true],
    [{ field_name: 'email', op: 'is_not_blank' }, { 2: 'a@example.test' }, true],
    [{ field_name: 'email', op: 'is_not_blank' }, {}, false],
    [{ field_name: 'email', op: 'is_blank' }, {}, true],
    [{ field_name: 'plan', op: 'in', value: ['Plus'] }, { 5: 'Plus' }, true],
    [{ field_name: 'plan', op: 'in', value: ['Plus'] }, { 5: 'Basic' }, false],
    [{ field_name: 'plan', op: 'in', value: ['Plus'] }, {}, false],
    [{ field_name: 'spend', op: 'at_least', value: 10 }, { 3: '10.00' }, true],
    [{ field_name: 'spend', op: 'at_least', value: 10 }, { 3: '9.99' }, false],
    [{ field_name: 'spend', op: 'at_most', value: 10 }, { 3: '9.50' }, true],
    [{ field_name: 'spend', op: 'at_most', value: 10 }, {}, false],
    [{ field_name: 'tenure', op: 'at_least', value: 1 }, { 6: '0.99999999999999999999' }, false],
    [{ field_name: 'joined', op: 'at_most', value: '31/12/2020' }, { 4: '2020-12-31' }, true],
    [{ field_name: 'joined', op: 'at_most', value: '31/12/2020' }, { 4: '2021-01-01' }, false],
  ];
  for (const [rule, values, expected] of cases)
    test(`${rule.field_name} ${rule.op} ${JSON.stringify(rule.value)} with ${JSON.stringify(values)}`, () =>
      assert.equal(isEligible([rule], values), expected));

  test('all rules must hold; no rule lets everybody in', () => {
    const rules: EligibleWhen = [
      { field_name: 'consent', op: 'is', value: true },
      { field_name: 'email', op: 'is_not_blank' },
    ];
    assert.equal(isEligible(rules, { 1: 'true', 2: 'a@example.test' }), true);
    assert.equal(isEligible(rules, { 1: 'true' }), false);
    assert.equal(isEligible([], {}), true);
  });
});

describe('rules that cannot be used', () => {
  const cases: [EligibleWhen[number], string][] = [
    [{ field_name: 'nobody', op: 'is_blank' }, 'unknown_field'],
    [{ field_name: 'email', op: 'is_blank', value: 'x' }, 'invalid_rule'],
    [{ field_name: 'plan', op: 'is' }, 'invalid_rule'],
    [{ field_name: 'plan', op: 'is', value: ['Plus'] }, 'invalid_rule'],
    [{ field_name: 'plan', op: 'is', value: 'Gold' }, 'invalid_rule'],
    [{ field_name: 'plan', op: 'in', value: 'Plus' }, 'invalid_rule'],
    [{ field_name: 'plan', op: 'at_least', value: 'Plus' }, 'invalid_rule'],
    [{ field_name: 'spend', op: 'at_least', value: 'ten' }, 'invalid_rule'],
    [{ field_name: 'plan', op: 'is', value: '' }, 'invalid_rule'],
  ];
  for (const [rule, code] of cases)
    test(JSON.stringify(rule), () =>
      assert.throws(
        () => compileEligibility([rule], FIELDS, 2026),
        (error) => error instanceof Failure && error.code === code,
      ),
    );
});
