import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson } from './canonical-json.ts';

test('the example of RFC 8785, section 3.2.2, has the text of section 3.2.3', () => {
  const value = {
    // biome-ignore lint/correctness/noPrecisionLoss: the RFC's own number
    numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  };
  assert.equal(
    canonicalJson(value),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test('keys stand in the order of their code units, also those that look like numbers', () => {
  assert.equal(
    canonicalJson({ b: 1, 10: 2, 9: 3, a: { z: 1, é: 2, A: 3 } }),
    '{"10":2,"9":3,"a":{"A":3,"z":1,"é":2},"b":1}',
  );
  assert.equal(canonicalJson({ '\ud83d\ude00': 1, '\ufb33': 2 }), '{"\ud83d\ude00":1,"\ufb33":2}');
});

test('what is undefined counts as absent, and as null in a list', () => {
  assert.equal(canonicalJson({ a: undefined, b: [undefined, 1] }), '{"b":[null,1]}');
});
