import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Brief, Channel } from '../campaigns/campaign.ts';
import { approvalDigest, contextHash, type MessageRow } from './message.ts';

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

const message = (change: Partial<MessageRow>): MessageRow => ({
  message_id: '1',
  campaign_id: 'c',
  run_number: 1,
  segment_id: 's',
  channel: 'sms',
  variant: 1,
  subject: null,
  message: 'Open it',
  preheader: null,
  technique: 'fresh start',
  findings: [],
  review_status: 'Approved',
  approval_stage: 'Ready for review',
  review_note: null,
  is_archived: false,
  reused_from: null,
  context_hash: 'h',
  written_by: 'offline 1',
  rewrite_job_id: null,
  rewrite_guidance: null,
  created_at: new Date(0),
  updated_at: new Date(0),
  ...change,
});

describe('the approval digest', () => {
  const campaign = { brief, channels: [sms], writer: 'offline' };
  const messages = [message({}), message({ message_id: '2', message: 'Open it now' })];
  const digest = approvalDigest(campaign, messages);

  test('does not know the order of the messages, nor when they were touched', () => {
    assert.equal(approvalDigest(campaign, messages.toReversed()), digest);
    assert.equal(approvalDigest(campaign, [message({ updated_at: new Date() }), ...messages.slice(1)]), digest);
  });
  test('differs with every text, decision, finding, brief and writer', () => {
    const others = [
      approvalDigest(campaign, messages.slice(1)),
      approvalDigest(campaign, [message({ message: 'Open it.' }), ...messages.slice(1)]),
      approvalDigest(campaign, [message({ subject: 'Hi' }), ...messages.slice(1)]),
      approvalDigest(campaign, [message({ preheader: 'Hi' }), ...messages.slice(1)]),
      approvalDigest(campaign, [message({ review_status: 'Excluded' }), ...messages.slice(1)]),
      approvalDigest(campaign, [
        message({ findings: [{ code: 'all_caps', severity: 'warning', message: '', fix: null }] }),
        ...messages.slice(1),
      ]),
      approvalDigest({ ...campaign, writer: 'model' }, messages),
      approvalDigest({ ...campaign, brief: { ...brief, product: 'Other' } }, messages),
    ];
    assert.equal(new Set([digest, ...others]).size, others.length + 1);
  });
});
