import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bandOf, readSegmentBy, type SegmentBy } from './segment-by.ts';
import { createAssigner, type Group, type Segmentation, segmentsFrom } from './segmentation.ts';
import { clearField, seededRandom } from './test-fields.ts';

const FIELDS = [
  clearField(1, 'plan', 'string'),
  clearField(2, 'region', 'string'),
  clearField(3, 'tenure', 'number'),
  clearField(4, 'active', 'boolean'),
];
const dimensionsOf = (...wish: SegmentBy) => readSegmentBy(wish, FIELDS);
const sizes = (made: Segmentation) => Object.fromEntries(made.segments.map(({ label, size }) => [label, size]));

describe('small segments', () => {
  const plan = dimensionsOf({ field_name: 'plan' }, { field_name: 'region' });
  const groups: Group[] = [
    { keys: ['A', 'north'], size: 50 },
    { keys: ['A', 'south'], size: 3 },
    { keys: ['A', null], size: 3 },
    { keys: ['B', 'north'], size: 2 },
    { keys: ['C', 'south'], size: 1 },
  ];

  test('join their small siblings, and then the next coarser; large siblings keep their own', () => {
    const made = segmentsFrom(plan, groups, 5);
    assert.deepEqual(sizes(made), { 'plan: A · region: north': 50, 'plan: A · others': 6, 'All others': 3 });
    assert.deepEqual(
      made.merged.map(({ label, into, size }) => [label, into, size]),
      [
        ['plan: A · region: south', 'plan: A · others', 3],
        ['plan: A · region: blank', 'plan: A · others', 3],
        ['plan: B · region: north', 'All others', 2],
        ['plan: C · region: south', 'All others', 1],
      ],
    );
  });

  test('are kept when nobody is left to join: no customer is dropped', () => {
    assert.deepEqual(sizes(segmentsFrom(plan, [{ keys: ['A', 'north'], size: 2 }], 10)), { 'All others': 2 });
    assert.deepEqual(segmentsFrom(plan, [], 10), { segments: [], merged: [] });
  });

  test('the order of the groups changes nothing', () => {
    assert.deepEqual(segmentsFrom(plan, groups.toReversed(), 5).segments, segmentsFrom(plan, groups, 5).segments);
  });
});

describe('aliases', () => {
  test('values with one label are one segment, also with a value that is that label', () => {
    const plan = dimensionsOf({ field_name: 'plan', aliases: { Silver: 'Paid', Gold: 'Paid' } });
    const groups = ['Silver', 'Gold', 'Paid', 'Free'].map((value): Group => ({ keys: [value], size: 1 }));
    assert.deepEqual(sizes(segmentsFrom(plan, groups, 1)), { 'plan: Paid': 3, 'plan: Free': 1 });
  });

  test('a value named like a property of every object is an ordinary value', () => {
    const plan = dimensionsOf({ field_name: 'plan' });
    const groups = ['__proto__', 'constructor'].map((value): Group => ({ keys: [value], size: 1 }));
    assert.equal(segmentsFrom(plan, groups, 1).segments.length, 2);
  });
});

describe('what is counted is what is assigned', () => {
  const wishes: SegmentBy[] = [
    [],
    [{ field_name: 'plan' }],
    [
      { field_name: 'plan', aliases: { p1: 'few', p2: 'few' } },
      { field_name: 'tenure', bands: [2, 5.5, 8] },
    ],
    [{ field_name: 'active', aliases: { true: 'yes' } }, { field_name: 'region' }, { field_name: 'plan' }],
  ];
  for (const [index, wish] of wishes.entries()) {
    for (const minSize of [1, 4, 40, 1_000]) {
      test(`attributes ${index}, at least ${minSize}`, () => {
        const random = seededRandom(index * 100 + minSize);
        const dimensions = dimensionsOf(...wish);
        // Skewed, so that some segments are large, some small and some single.
        const pick = (count: number) => Math.floor(random() ** 3 * count);
        const customers = Array.from({ length: 300 }, () => {
          const values = new Map<number, string>();
          if (random() > 0.1) values.set(1, `p${pick(7)}`);
          if (random() > 0.1) values.set(2, `r${pick(4)}`);
          if (random() > 0.1) values.set(3, String(pick(20) / 2));
          if (random() > 0.1) values.set(4, String(random() > 0.5));
          return (slot: number) => values.get(slot);
        });
        const groups = [
          ...Map.groupBy(
            customers.map((cell) =>
              dimensions.map((dimension) => {
                const value = cell(dimension.field.slot);
                return value === undefined ? null : dimension.bands === null ? value : bandOf(dimension, value);
              }),
            ),
            (keys) => JSON.stringify(keys),
          ).values(),
        ].map((same): Group => ({ keys: same[0] ?? [], size: same.length }));
        const { segments, merged } = segmentsFrom(dimensions, groups, minSize);
        const assign = createAssigner(dimensions, new Set(segments.map((segment) => segment.canonical)));
        const assigned = Map.groupBy(customers, assign);
        assert.equal(assigned.get(null), undefined);
        assert.deepEqual(
          new Map(segments.map(({ canonical, size }) => [canonical, size])),
          new Map([...assigned].map(([canonical, same]) => [canonical, same.length])),
        );
        const labels = new Set(segments.map((segment) => segment.label));
        for (const entry of merged) assert.ok(labels.has(entry.into), entry.into);
      });
    }
  }

  test('a customer of no segment of the run is told so', () => {
    const dimensions = dimensionsOf({ field_name: 'plan' });
    const { segments } = segmentsFrom(dimensions, [{ keys: ['A'], size: 1 }], 1);
    const assign = createAssigner(dimensions, new Set(segments.map((segment) => segment.canonical)));
    assert.equal(
      assign(() => 'B'),
      null,
    );
  });
});
