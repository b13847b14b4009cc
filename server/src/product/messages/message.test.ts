import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Brief, Channel } from '../campaigns/campaign.ts';
import { contextHash } from './message.ts';

const brief: Brief = { objective: 'Save', product: 'Saver', call_to_action: 'Open it', must_include: ['a', 'b'] };
const sms: Channel = { channel: 'sms', max_length: 160 };

describe('the context of a text', () => {
  test('does not know the order of keys or what is not said', () => {
    const same: Brief = {
      must_include: ['a', 'b'],
      call_to_action: 'Open it',
      product: 'Saver',
      objective: 'Save',
      tone: undefined,
    };
    assert.equal(contextHash(brief, sms, '[]'), contextHash(same, { max_length: 160, channel: 'sms' }, '[]'));
  });
  test('differs with the brief, the channel, its length, and the criteria', () => {
    const hashes = [
      contextHash(brief, sms, '[]'),
      contextHash({ ...brief, tone: 'warm' }, sms, '[]'),
      contextHash({ ...brief, must_include: ['b', 'a'] }, sms, '[]'),
      contextHash(brief, { channel: 'push', max_length: 160 }, '[]'),
      contextHash(brief, { channel: 'sms', max_length: 161 }, '[]'),
      contextHash(brief, sms, '[["plan","Plus"]]'),
    ];
    assert.equal(new Set(hashes).size, hashes.length);
  });
});
