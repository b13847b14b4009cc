import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHANNELS } from '../campaigns/campaign.ts';
import { checkMessage } from './check-message.ts';

const TEXTS = 20_000;
const SCRAPS = [
  'a',
  ' ',
  '\n',
  '{{',
  '}}',
  '{{first_name',
  '{{first_name}}',
  '| fallback: "',
  '"',
  '!',
  'HURRY NOW THIS',
  'https://',
  'www.',
  '@',
  '.com',
  'xn--',
  '\ud800',
  '\udc00',
  '\u0000',
  '\u202e',
  '\u200d',
  '👩‍💻',
  '<',
  '<b',
  '>',
  '&#',
  ';',
  'ß',
  'İ',
  'ﷺ',
  'а',
  '\\',
  '://',
  'guarantee',
  'the best',
  '1.',
  '%',
];

/** A small generator of its own (Park and Miller, 1988), so that a failure can be repeated. */
function createDice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % sides;
  };
}

const check = (text: string, index: number) =>
  checkMessage({
    channel: CHANNELS[index % CHANNELS.length] ?? 'sms',
    max_length: 160,
    subject: index % 2 === 0 ? text : null,
    preheader: index % 3 === 0 ? text : null,
    message: text,
    brief: {
      objective: 'Sell',
      product: text.slice(0, 50),
      call_to_action: 'Go',
      link: 'https://bank.example/x',
      must_avoid: ['guarantee', text.slice(5, 20)],
      must_include: [text.slice(2, 9)],
      allowed_links: ['https://help.example'],
    },
    fields: [{ field_name: 'first_name', is_required: false }],
  });

test(`${TEXTS} texts of anything are checked without an exception, and edits stay inside the text`, () => {
  const roll = createDice(20_261_126);
  for (let index = 0; index < TEXTS; index += 1) {
    let text = '';
    for (let scraps = roll(12); scraps >= 0; scraps -= 1)
      text += roll(4) === 0 ? String.fromCharCode(roll(65_536)) : (SCRAPS[roll(SCRAPS.length)] ?? '');
    for (const { edit } of check(text, index))
      if (edit !== null)
        assert.ok(edit.from >= 0 && edit.from <= edit.to && edit.to <= text.length, JSON.stringify(text));
  }
});

test('time grows with the length of a text and not faster', () => {
  const timed = (scrap: string, length: number) => {
    const text = scrap.repeat(Math.ceil(length / scrap.length)).slice(0, length);
    // The machine may be busy with other things: the best of five is what the text takes.
    return Math.min(
      ...Array.from({ length: 5 }, () => {
        const startedAt = performance.now();
        check(text, 0);
        return performance.now() - startedAt;
      }),
    );
  };
  const scraps = [
    ...SCRAPS,
    'AAAA ',
    'A'.repeat(40),
    'a.',
    'a@',
    'http:',
    '&a',
    '<a ',
    'x'.repeat(30),
    'no hidden ',
    '\u200b',
    '{{a}}',
    '{{a}}.',
    'January ',
  ];
  for (const scrap of scraps) {
    timed(scrap, 1_000);
    const short = timed(scrap, 2_500);
    const long = timed(scrap, 20_000);
    assert.ok(
      long < 50 || long < short * 40,
      `${JSON.stringify(scrap)}: ${short.toFixed(1)} ms, ${long.toFixed(1)} ms`,
    );
  }
});
