import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isHeldOut } from './holdout.ts';

const CAMPAIGN = '018f0000-0000-7000-8000-000000000001';
const customers = Array.from(
  { length: 40_000 },
  (_, index) => `018f0000-0000-7000-8000-${index.toString(16).padStart(12, '0')}`,
);
const heldOut = (campaignId: string, share: number) =>
  customers.filter((customerId) => isHeldOut(campaignId, customerId, share));

describe('the control group', () => {
  test('is nobody at no share, and about the share otherwise', () => {
    assert.equal(heldOut(CAMPAIGN, 0).length, 0);
    for (const share of [0.5, 5, 10, 50]) {
      const expected = (customers.length * share) / 100;
      // Five standard deviations of a binomial count: the ids are fixed, so this cannot fail by chance.
      const tolerance = 5 * Math.sqrt(expected * (1 - share / 100));
      assert.ok(Math.abs(heldOut(CAMPAIGN, share).length - expected) < tolerance, `${share} %`);
    }
  });

  test('only grows with the share', () => {
    const wider = new Set(heldOut(CAMPAIGN, 20));
    assert.ok(heldOut(CAMPAIGN, 10).every((customerId) => wider.has(customerId)));
  });

  test('of another campaign is another one: one in ten of one in ten are in both', () => {
    const other = new Set(heldOut('018f0000-0000-7000-8000-000000000002', 10));
    const both = heldOut(CAMPAIGN, 10).filter((customerId) => other.has(customerId)).length;
    assert.ok(Math.abs(both - 400) < 100, String(both));
  });

  test('is fixed for ever: a result that was measured once must be found again', () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((index) => isHeldOut(CAMPAIGN, customers[index] ?? '', 30)),
      [false, false, true, false, false, false, true, false, false, false],
    );
  });
});
