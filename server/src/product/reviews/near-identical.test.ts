import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MessageInSegment } from '../messages/message.ts';
import { comparableText } from './comparable-text.ts';
import { type ComparableText, groupNearIdentical, RESEMBLANCE } from './near-identical.ts';

const text = (words: string, block = ''): ComparableText => ({ block, words: words.split(' ') });
const groups = (texts: readonly ComparableText[], most = 1_000) => groupNearIdentical(texts, most);

const LONG =
  'your new saver account is ready and waiting for you in the app so open it whenever it suits you and start with any amount that you like';

/** A small generator of our own, so that a failure can be repeated. */
function randomFrom(seed: number) {
  let state = seed >>> 0;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What the groups must be, found by comparing everything with every leader. */
function byHand(texts: readonly ComparableText[]): number[][] {
  const pairs = (words: readonly string[]) =>
    new Set(words.length === 1 ? words : words.slice(1).map((word, at) => `${words[at]} ${word}`));
  const found: { members: number[]; block: string; pairs: Set<string> }[] = [];
  for (const [index, entry] of texts.entries()) {
    const own = pairs(entry.words);
    const near = found.find(
      (group) =>
        group.block === entry.block && group.pairs.intersection(own).size / group.pairs.union(own).size >= RESEMBLANCE,
    );
    if (near === undefined) found.push({ members: [index], block: entry.block, pairs: own });
    else near.members.push(index);
  }
  return found.map((group) => group.members);
}

describe('near-identical texts', () => {
  test('are together with their leader, and with nothing of another block', () => {
    const near = LONG.replace('whenever', 'when');
    const far = LONG.replace('whenever', 'when').replace('waiting', 'here').replace('any amount', 'all of it');
    assert.deepEqual(groups([text(LONG), text(near), text(far), text(LONG, 'other'), text(LONG)]), [
      [0, 1, 4],
      [2],
      [3],
    ]);
  });

  test('are never together only through others', () => {
    const words = LONG.split(' ');
    const steps = Array.from({ length: 12 }, (_, changed) =>
      text(words.map((word, at) => (at < changed * 2 ? `other${at}` : word)).join(' ')),
    );
    for (const group of groups(steps)) assert.ok(Math.max(...group) - Math.min(...group) <= 3, JSON.stringify(group));
  });

  test('with one word each, or none, are still told apart', () => {
    assert.deepEqual(
      groups([text('yes'), text('no'), text('yes'), { block: '', words: [] }, { block: '', words: [] }]),
      [[0, 2], [1], [3, 4]],
    );
  });

  test('fill another group when one has as many as a call can decide', () => {
    assert.deepEqual(groups([text(LONG), text(LONG), text(LONG), text(LONG), text(LONG)], 2), [[0, 1], [2, 3], [4]]);
  });

  test('are found as by comparing everything, but for what stands on the edge', () => {
    const random = randomFrom(7);
    const words = LONG.split(' ');
    let [missed, all] = [0, 0];
    for (let round = 0; round < 30; round += 1) {
      const texts = Array.from({ length: 40 }, () => {
        const changes = random(4);
        const own = [...words];
        for (let change = 0; change < changes; change += 1) own[random(own.length)] = `w${random(30)}`;
        return text(own.join(' '), `block ${random(2)}`);
      });
      const [ours, theirs] = [groups(texts), byHand(texts)];
      all += texts.length;
      missed += Math.max(0, ours.length - theirs.length);
      assert.deepEqual(groups(texts), ours);
    }
    assert.ok(missed / all < 0.02, `${missed} of ${all}`);
  });

  test('cost what their number costs, also where all nearly resemble each other', () => {
    const random = randomFrom(3);
    const words = LONG.split(' ');
    const texts = Array.from({ length: 4_000 }, () =>
      text(words.map((word) => (random(6) === 0 ? `w${random(9)}` : word)).join(' ')),
    );
    const time = (some: readonly ComparableText[]) => {
      const startedAt = process.cpuUsage().user;
      groups(some);
      return (process.cpuUsage().user - startedAt) / 1_000;
    };
    time(texts.slice(0, 1_000));
    const [half, whole] = [time(texts.slice(0, 2_000)), time(texts)];
    assert.ok(whole < 3.5 * half + 50, `${half} ms for 2,000, ${whole} ms for 4,000`);
  });
});

describe('a message as it is compared', () => {
  const message = (change: Partial<MessageInSegment>): MessageInSegment =>
    ({
      subject: null,
      preheader: null,
      message: '',
      channel: 'email',
      criteria: {},
      findings: [],
      ...change,
    }) as MessageInSegment;
  const together = (left: Partial<MessageInSegment>, right: Partial<MessageInSegment>) =>
    groups([comparableText(message(left)), comparableText(message(right))]).length === 1;

  test("counts the segment's own values as one word, wherever they stand", () => {
    assert.ok(
      together(
        { message: `Your Fiber optic plan: ${LONG}`, criteria: { net: 'Fiber optic' } },
        { message: `Your DSL plan: ${LONG}`, criteria: { net: 'DSL' } },
      ),
    );
    assert.deepEqual(
      comparableText(message({ message: 'A surplus for Plus', criteria: { plan: 'Plus' } })).words.slice(-4),
      ['a', 'surplus', 'for', '\u0001'],
    );
  });

  test('stands apart by whatever a reader would act on', () => {
    for (const [one, other] of [
      ['10 % off', '20 % off'],
      ['for €5', 'for $5'],
      ['see https://example.com/a', 'see https://example.com/b'],
      ['{{first_name | fallback: "you"}}', '{{first_name | fallback: "there"}}'],
      ['it is free', 'it is not free'],
      ['until 2026-01-31', 'until 2026-02-28'],
    ])
      assert.ok(!together({ message: `${LONG} ${one}` }, { message: `${LONG} ${other}` }), `${one} / ${other}`);
    const same = { message: LONG };
    const finding = { code: 'all_caps', severity: 'warning' as const, message: '', fix: null };
    assert.ok(!together(same, { ...same, findings: [finding] } as Partial<MessageInSegment>));
    assert.ok(!together(same, { ...same, channel: 'push' }));
    assert.ok(
      !together(
        { ...same, criteria: { paid: 'No' }, message: `${LONG} No` },
        { ...same, message: `${LONG} Yes`, criteria: { paid: 'Yes' } },
      ),
    );
  });

  test('knows a subject from a message', () => {
    assert.ok(!together({ subject: 'Open it', message: 'today' }, { subject: 'Open', message: 'it today' }));
  });
});
