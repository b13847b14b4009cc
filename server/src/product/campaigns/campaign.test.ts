import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure } from '../../platform/errors/failure.ts';
import { CAMPAIGN_STATUSES, type CampaignStatus, MOVES, type Move, move, readChannels } from './campaign.ts';

// The lifecycle of the contract, written out a second time: a slip in the table shows here.
const ALLOWED: Readonly<Record<Move, Partial<Record<CampaignStatus, CampaignStatus>>>> = {
  change: { Draft: 'Draft' },
  generate: { Draft: 'Generating', Failed: 'Generating' },
  finish_generation: { Generating: 'Ready for review' },
  fail_generation: { Generating: 'Failed' },
  review: { 'Ready for review': 'Ready for review', 'Ready to publish': 'Ready for review' },
  rewrite: { 'Ready for review': 'Ready for review', 'Ready to publish': 'Ready for review' },
  approve: { 'Ready for review': 'Ready to publish' },
  reopen: { 'Ready for review': 'Draft', Failed: 'Draft' },
  publish: { 'Ready to publish': 'Published', Published: 'Published' },
  rerun_to_review: { Published: 'Generating' },
  rerun_to_publish: { Published: 'Ready to publish' },
};

describe('every status and every step', () => {
  for (const step of Object.keys(MOVES) as Move[]) {
    for (const status of CAMPAIGN_STATUSES) {
      const target = ALLOWED[step][status];
      test(`${step} from ${status} ${target === undefined ? 'is refused' : `leads to ${target}`}`, () => {
        if (target !== undefined) {
          assert.equal(move(status, step), target);
          return;
        }
        assert.throws(
          () => move(status, step),
          (error) => {
            assert.ok(error instanceof Failure);
            assert.equal(error.status, 400);
            assert.equal(error.code, 'wrong_state');
            assert.match(error.message, new RegExp(`"${status}"`));
            for (const from of MOVES[step].from) assert.ok(error.message.includes(`"${from}"`), error.message);
            return true;
          },
        );
      });
    }
  }

  test('no status is a dead end, and every status can be reached from Draft', () => {
    const reached = new Set<CampaignStatus>(['Draft']);
    for (let size = 0; size !== reached.size; ) {
      size = reached.size;
      for (const { from, to } of Object.values(MOVES)) if (from.some((status) => reached.has(status))) reached.add(to);
    }
    assert.deepEqual([...reached].sort(), [...CAMPAIGN_STATUSES].sort());
  });
});

describe('channels', () => {
  test('an SMS has 160 characters when nothing is said, and what is said otherwise', () => {
    assert.deepEqual(readChannels([{ channel: 'sms' }, { channel: 'push', max_length: 90 }]), [
      { channel: 'sms', max_length: 160 },
      { channel: 'push', max_length: 90 },
    ]);
  });
  test('a channel that stands twice is refused', () => {
    assert.throws(
      () => readChannels([{ channel: 'sms' }, { channel: 'sms', max_length: 90 }]),
      (error) => error instanceof Failure && error.code === 'duplicate_channel',
    );
  });
});
