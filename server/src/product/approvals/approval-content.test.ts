import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { approvalContent, approvalDigest, type ContentMessage, textHash } from './approval-content.ts';

const campaign = {
  campaign_id: 'c',
  brief: { objective: 'Save', product: 'Saver', call_to_action: 'Open it' },
  channels: [{ channel: 'sms', max_length: 160 }],
  writer: 'offline',
};

const message = (change: Partial<ContentMessage> = {}): ContentMessage => ({
  message_id: '1',
  segment_id: 's',
  channel: 'sms',
  variant: 1,
  subject: null,
  preheader: null,
  message: 'Open it',
  written_by: 'offline 1',
  findings: [],
  review_status: 'Approved',
  ...change,
});

const digestOf = (of: typeof campaign, messages: readonly ContentMessage[], run = 1) =>
  approvalDigest(approvalContent(of, run, messages));

describe('the approval digest', () => {
  const messages = [message(), message({ message_id: '2', message: 'Open it now' })];
  const digest = digestOf(campaign, messages);
  const finding = (code: string, severity = 'warning') => ({ code, severity, message: 'any', fix: null });

  test('does not know the order of messages or findings, nor what nobody approved', () => {
    assert.equal(digestOf(campaign, messages.toReversed()), digest);
    assert.equal(digestOf(campaign, [...messages, message({ message_id: '3', review_status: 'Excluded' })]), digest);
    const two = [finding('a'), finding('b')];
    assert.equal(
      digestOf(campaign, [message({ findings: two })]),
      digestOf(campaign, [message({ findings: two.toReversed() })]),
    );
  });

  test('differs with every text, decision, finding, writer, brief, channel, campaign and run', () => {
    const changed = (change: Partial<ContentMessage>) => digestOf(campaign, [message(change), ...messages.slice(1)]);
    const others = [
      digestOf(campaign, messages.slice(1)),
      changed({ message: 'Open it.' }),
      changed({ subject: 'Hi' }),
      changed({ subject: '' }),
      changed({ preheader: 'Hi' }),
      changed({ segment_id: 't' }),
      changed({ channel: 'push' }),
      changed({ variant: 2 }),
      changed({ written_by: 'edited' }),
      changed({ findings: [finding('all_caps')] }),
      changed({ findings: [finding('all_caps', 'error')] }),
      digestOf({ ...campaign, writer: 'model' }, messages),
      digestOf({ ...campaign, campaign_id: 'd' }, messages),
      digestOf({ ...campaign, channels: [{ channel: 'sms', max_length: 161 }] }, messages),
      digestOf({ ...campaign, brief: { ...campaign.brief, product: 'Other' } }, messages),
      digestOf(campaign, messages, 2),
    ];
    assert.equal(new Set([digest, ...others]).size, others.length + 1);
  });

  test('is the same wherever it is computed: Python gives this for the same content', () => {
    assert.equal(digest, '6001fce9ec4557338d80492e7bcddd79d5fbb956e479bcd1486e9222f6d4f6b4');
  });
});

test('the hash of a text knows which part is which', () => {
  const text = { subject: 'a', preheader: 'b', message: 'c' };
  const hashes = [
    text,
    { ...text, subject: 'b', preheader: 'a' },
    { ...text, preheader: null },
    { ...text, message: 'c ' },
  ];
  assert.equal(new Set(hashes.map(textHash)).size, hashes.length);
});
