import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readableBands } from './readable-bands.ts';

const evenly = (values: readonly (number | string)[]) => new Map(values.map((value) => [String(value), 1] as const));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

const CASES: [
  name: string,
  kind: 'number' | 'date',
  counts: ReadonlyMap<string, number>,
  bands: (number | string)[],
][] = [
  ['months of tenure', 'number', evenly(upTo(73)), [20, 40, 55]],
  ['balances', 'number', evenly(upTo(1_000).map((n) => n * 97)), [20_000, 50_000, 70_000]],
  ['parts of one', 'number', evenly(upTo(101).map((n) => n / 1_000)), [0.02, 0.05, 0.08]],
  ['below zero', 'number', evenly(upTo(81).map((n) => n - 40)), [-20, 0, 20]],
  [
    'nearly everybody has one value',
    'number',
    new Map([['0', 1_000], ...upTo(20).map((n) => [String(n + 1), 1] as const)]),
    [],
  ],
  ['nothing', 'number', new Map(), []],
  ['no number at all', 'number', evenly(['x', 'y']), []],
  [
    'days',
    'date',
    evenly(upTo(1_461).map((n) => new Date(Date.UTC(2020, 0, 1 + n)).toISOString().slice(0, 10))),
    ['2021-01-01', '2022-01-01', '2023-01-01'],
  ],
];

for (const [name, kind, counts, bands] of CASES)
  test(`bands that people would choose: ${name}`, () => {
    assert.deepEqual(readableBands(kind, counts), bands);
  });
