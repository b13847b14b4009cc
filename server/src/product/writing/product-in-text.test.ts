import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Brief } from '../campaigns/campaign.ts';
import { offlineWriter } from './offline-writer.ts';
import { english } from './wording/english.ts';
import type { SegmentAttribute, WriteRequest } from './writer.ts';

const attribute = (field_name: string, value: string, display_name: string): SegmentAttribute => ({
  field_name,
  display_name,
  value,
});
const requestFor = (brief: Brief, attributes: SegmentAttribute[], more: Partial<WriteRequest> = {}): WriteRequest => ({
  brief,
  channel: { channel: 'email', max_length: 2_000 },
  segment: { label: '', attributes },
  merge_fields: [],
  variants: 3,
  seed: 's',
  guidance: null,
  ...more,
});

describe('a product', () => {
  const cases: [string, string][] = [
    ['two-year contract', 'the two-year contract'],
    ['savings account with a card', 'the savings account with a card'],
    ['cashback bonus', 'the cashback bonus'],
    ['online banking', 'online banking'],
    ['travel insurance', 'travel insurance'],
    ['e-statements', 'e-statements'],
    ['our new app', 'our new app'],
    ['Harbour Saver', 'Harbour Saver'],
    ['iPhone plan', 'iPhone plan'],
  ];
  for (const [product, expected] of cases) test(product, () => assert.equal(english.named(product), expected));

  test('stands as it is written, signs and all', async () => {
    for (const product of ['Save $$ Card', '$& $1 Card', "A$' Plan"]) {
      const request = requestFor({ objective: 'Sell', product, call_to_action: 'Open it' }, [], { variants: 5 });
      for (const { subject, message } of await offlineWriter.write(request, new AbortController().signal)) {
        assert.ok(`${subject} ${message}`.includes(product), message);
        assert.doesNotMatch(message, /\{product\}/);
      }
    }
  });

  test('and a field whose name looks like a pattern change nothing else', async () => {
    const request = requestFor({ objective: 'Switch plans', product: 'Plus', call_to_action: 'See more' }, [
      attribute('plan', 'Basic', 'Plan (type+'),
    ]);
    assert.equal((await offlineWriter.write(request, new AbortController().signal)).length, request.variants);
  });

  test('is held against what customers have only where it takes its place', async () => {
    const textsFor = async (objective: string, product: string) => {
      const texts: string[] = [];
      for (let seed = 0; seed < 20; seed += 1) {
        const brief = { objective, product, call_to_action: 'See more' };
        const request = requestFor(brief, [attribute('plan', 'Basic', 'Plan')], { variants: 5, seed: `${seed}` });
        texts.push(...(await offlineWriter.write(request, new AbortController().signal)).map(({ message }) => message));
      }
      return texts.join('\n');
    };
    assert.match(await textsFor('Upgrade customers on a smaller plan', 'Harbour Plus'), /which suits you better/);
    assert.doesNotMatch(await textsFor('Move customers to paperless post', 'e-statements'), /which suits you better/);
  });
});

test('a text message shapes the name where there is room for it', async () => {
  const brief = { objective: 'Sell', product: 'Saver', call_to_action: 'Open it' };
  const write = (max_length: number) =>
    offlineWriter.write(
      requestFor(brief, [], {
        channel: { channel: 'sms', max_length },
        merge_fields: [{ field_name: 'first_name', display_name: 'Name', field_type: 'string', is_required: false }],
      }),
      new AbortController().signal,
    );
  assert.match((await write(300))[0]?.message ?? '', /first_name \| first_word \| title \| fallback: "there"/);
  assert.match((await write(90))[0]?.message ?? '', /\{first_name \| fallback: "there"/);
});
