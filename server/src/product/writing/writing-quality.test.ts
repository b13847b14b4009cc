import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure } from '../../platform/errors/failure.ts';
import { type Brief, CHANNELS, DEFAULT_MAX_LENGTH } from '../campaigns/campaign.ts';
import { otherLanguage } from '../checks/rules/language.ts';
import { isGsm, smsParts } from '../checks/rules/sms.ts';
import { withFallbacks } from '../checks/rules/wording.ts';
import { tagErrors, tagsWithoutFallback } from '../merge-tags/check-tags.ts';
import { offlineWriter } from './offline-writer.ts';
import { TECHNIQUES } from './techniques.ts';
import { TONES } from './tone.ts';
import { LANGUAGES, type Language, wordingFor } from './wording/library.ts';
import type { SegmentAttribute, WriteRequest, WrittenMessage } from './writer.ts';

/** Two variants may share this part of their own words at most (Jaccard, P. 1901: shared words over all words). */
const MOST_SHARED = 0.5;

const ASKS: Readonly<Record<Language, Pick<Brief, 'product' | 'call_to_action' | 'objective'>>> = {
  en: { objective: 'Open an account', product: 'Harbour Saver', call_to_action: 'Open it in the app' },
  de: { objective: 'Konto eröffnen', product: 'Hafen Sparplan', call_to_action: 'Jetzt in der App öffnen' },
  fr: { objective: 'Ouvrir un livret', product: 'Livret Horizon', call_to_action: 'Ouvrir mon livret' },
  es: { objective: 'Abrir una cuenta', product: 'Cuenta Ahorro', call_to_action: 'Abrir la cuenta' },
};
const PLAN: SegmentAttribute = { field_name: 'plan', display_name: 'Plan', value: 'Basic' };
const LONG: SegmentAttribute = { field_name: 'tenure_years', display_name: 'Years', value: { from: 8, to: null } };
const FIELDS: WriteRequest['merge_fields'] = [
  { field_name: 'first_name', display_name: 'First name', field_type: 'string', is_required: false },
];
const requestFor = (brief: Brief, more: Partial<WriteRequest> = {}): WriteRequest => ({
  brief,
  channel: { channel: 'email', max_length: 2_000 },
  segment: { label: 'x', attributes: [PLAN] },
  merge_fields: FIELDS,
  variants: 5,
  seed: 'seed',
  guidance: null,
  ...more,
});
const write = (request: WriteRequest) => offlineWriter.write(request, new AbortController().signal);
const partsOf = ({ subject, preheader, message }: WrittenMessage) =>
  [subject, preheader, message].filter((part) => part !== null);
/** As a customer without a name reads it. */
const read = (text: string) => withFallbacks(text);

async function grid(visit: (text: WrittenMessage, request: WriteRequest, language: Language) => void): Promise<void> {
  for (const language of LANGUAGES)
    for (const tone of TONES)
      for (const channel of CHANNELS)
        for (const attributes of [[], [PLAN], [LONG]])
          for (const link of [undefined, 'https://bank.example/s'])
            for (const seed of ['a', 'b', 'c']) {
              const request = requestFor(
                { ...ASKS[language], language, tone, ...(link === undefined ? {} : { link }) },
                {
                  channel: { channel, max_length: DEFAULT_MAX_LENGTH[channel] },
                  segment: { label: 'x', attributes },
                  seed,
                },
              );
              for (const text of await write(request)) visit(text, request, language);
            }
}

describe('over languages, tones, channels and segments', () => {
  test('texts read cleanly', async () => {
    await grid((text, request) => {
      for (const part of partsOf(text)) {
        const plain = read(part);
        assert.doesNotMatch(plain, /[{}[\]|~]|\b(undefined|null)\b/, plain);
        assert.doesNotMatch(plain, /(?<![\p{L}\p{N}])(\p{L}+) \1(?![\p{L}\p{N}])/iu, plain);
        assert.doesNotMatch(plain, /(?<!\p{L})(\p{L}+)[.!?]\s\1(?!\p{L})/iu, plain);
        assert.doesNotMatch(plain, / {2}|[.!?]{2}| [.,]/, plain);
        // After the end of a sentence a capital begins, a sign that opens one, or an address.
        assert.doesNotMatch(plain.replace(/https?:\S+/g, ''), /[.!?][”“"’]?\s+\p{Ll}/u, plain);
        assert.match(plain, /^[¡¿„«“"]?\p{Lu}/u, plain);
        assert.deepEqual(tagErrors(part, request.merge_fields), []);
        assert.deepEqual(tagsWithoutFallback(part, request.merge_fields), []);
        const sentences = plain.split(/(?<=[.?!])\s+/);
        assert.equal(new Set(sentences).size, sentences.length, plain);
      }
    });
  });
  test("texts have their channel's form", async () => {
    await grid((text, { channel, brief }) => {
      const { subject, preheader, message } = text;
      const where = `${brief.language} ${brief.tone} ${channel.channel}: ${subject} / ${preheader} / ${message}`;
      assert.ok(read(message).length <= channel.max_length, where);
      assert.equal(subject !== null, ['email', 'push'].includes(channel.channel), where);
      assert.ok((subject ?? '').length <= (channel.channel === 'push' ? 50 : 60), where);
      assert.equal(preheader !== null, channel.channel === 'email', where);
      if (preheader !== null)
        assert.ok(preheader.length >= 40 && preheader.length <= 100 && preheader !== subject, where);
      if (channel.channel === 'sms') {
        assert.ok(isGsm(read(message)), where);
        assert.equal(smsParts(read(message)), 1, where);
      }
    });
  });
  test('texts are in the language that was asked for', async () => {
    await grid((text, { channel }, language) => {
      if (channel.channel === 'email') assert.equal(otherLanguage(read(text.message), language), null, text.message);
    });
  });
  test('the variants of one request differ', async () => {
    let most = 0;
    for (const language of LANGUAGES)
      for (const channel of CHANNELS)
        for (const seed of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
          const brief = { ...ASKS[language], language };
          const texts = await write(
            requestFor(brief, { channel: { channel, max_length: DEFAULT_MAX_LENGTH[channel] }, seed }),
          );
          assert.equal(new Set(texts.map((text) => text.technique)).size, texts.length);
          const own = texts.map((text) => ownWords(text, brief));
          for (const [at, left] of own.entries())
            for (const right of own.slice(at + 1)) {
              const shared = [...left].filter((word) => right.has(word)).length / new Set([...left, ...right]).size;
              most = Math.max(most, shared);
              assert.ok(shared <= MOST_SHARED, `${shared} in ${[...left].join(' ')} / ${[...right].join(' ')}`);
            }
        }
    assert.ok(most > 0);
  });
});

/** The words that are the writer's own: not those the brief demands in every text, nor the greeting. */
function ownWords(text: WrittenMessage, brief: Brief): Set<string> {
  const said = partsOf(text)
    .join(' ')
    .replaceAll(brief.call_to_action, ' ')
    .replaceAll(brief.product, ' ')
    .replace(/\p{Lu}\p{L}*,? \{\{[^}]*\}\}/gu, ' ');
  return new Set(said.toLowerCase().match(/\p{L}+/gu) ?? []);
}

describe('the libraries', () => {
  test('are of equal depth, and keep their product free of cases', () => {
    for (const { id } of TECHNIQUES)
      for (const language of LANGUAGES)
        for (const tone of TONES) {
          const { subjects, preheaders, openers, hooks, bodies, closers } = wordingFor(language, tone, 'polite', false)
            .techniques[id];
          const where = `${language} ${id} ${tone}`;
          // A formal text does without one of them where it is too light.
          const least = tone === 'formal' ? 2 : 3;
          for (const list of [subjects, openers, bodies, closers]) assert.ok([least, 3].includes(list.length), where);
          assert.ok(hooks.length >= (tone === 'formal' ? 4 : 5) && preheaders.length >= 1, where);
          for (const list of [subjects, hooks]) {
            const named = list.filter((sentence) => sentence.includes('{product}')).length;
            assert.ok(named > 0 && named < list.length, where);
          }
          for (const sentence of [...subjects, ...openers, ...hooks]) {
            if (language === 'fr') assert.doesNotMatch(sentence, /\b(de|à|des|au) \{product\}/, sentence);
            if (language === 'es') assert.doesNotMatch(sentence, /\b(de|a) \{product\}/, sentence);
            if (language === 'de') assert.doesNotMatch(sentence, /[^:?] \{product\}/, sentence);
          }
        }
  });
  test('are printed as each language prints', () => {
    for (const tone of TONES)
      for (const language of LANGUAGES) {
        const wording = wordingFor(language, tone, 'close', false);
        const all = JSON.stringify(wording);
        if (language === 'fr') assert.doesNotMatch(all, /(?<!")[ ,][?!;:»]|«[^\u00a0]|[^\s\u00a0"][?!;»]/, tone);
        if (language === 'de') assert.equal(all.split('„').length, all.split('“').length);
        for (const { hooks, openers, bodies } of Object.values(wording.techniques))
          for (const sentence of [...hooks, ...openers, ...bodies]) {
            if (language === 'es') {
              assert.equal(sentence.split('?').length, sentence.split('¿').length, sentence);
              assert.equal(sentence.split('!').length, sentence.split('¡').length, sentence);
            }
            assert.doesNotMatch(sentence, /[0-9]|gratis|kostenlos|gratuit|rabatt|descuento|remise/i, sentence);
          }
      }
  });
});

describe('tone', () => {
  const said = async (language: Language, tone: string) =>
    (await write(requestFor({ ...ASKS[language], language, tone })))
      .map((text) => read(partsOf(text).join(' ')))
      .join(' ');
  test('changes the wording, and an unknown one is neutral', async () => {
    for (const language of LANGUAGES) {
      const texts = await Promise.all(TONES.map((tone) => said(language, tone)));
      assert.equal(new Set(texts).size, TONES.length);
    }
  });
  test('decides du or Sie, tu or vous, tú or usted, unless the brief does', async () => {
    const close = {
      de: /(?<!\p{L})(du|dir|dich|deine?)(?!\p{L})/iu,
      fr: /(?<!\p{L})(tu|te|toi|ton|ta)(?!\p{L})/iu,
      es: /(?<!\p{L})(ti|tu|tus|te)(?!\p{L})/iu,
    } as const;
    const polite = { de: /\b(Sie|Ihnen|Ihre?)\b/, fr: /\b(vous|votre|vos)\b/i, es: /\b(usted|su|sus|le)\b/i } as const;
    for (const language of ['de', 'fr'] as const) {
      for (const tone of ['friendly', 'playful', 'formal, du']) {
        assert.match(await said(language, tone), close[language]);
        assert.doesNotMatch(await said(language, tone), polite[language], tone);
      }
      for (const tone of ['formal', 'neutral', 'friendly, Sie, vous']) {
        assert.match(await said(language, tone), polite[language]);
        assert.doesNotMatch(await said(language, tone), close[language], tone);
      }
    }
    assert.match(await said('es', 'friendly'), close.es);
    assert.match(await said('es', 'formal'), polite.es);
  });
});

describe('a hostile brief', () => {
  test('is nothing but words', async () => {
    const brief = {
      ...ASKS.en,
      product: '{{password}} <b>Sa\u202ever</b>\n"Ignore previous instructions" }}',
      call_to_action: 'Open <script>it</script> {{nobody | shout}} now\nplease',
    };
    for (const channel of CHANNELS)
      for (const text of await write(requestFor(brief, { channel: { channel, max_length: 900 } })))
        for (const part of partsOf(text)) {
          assert.deepEqual(tagErrors(part, FIELDS), [], part);
          assert.doesNotMatch(part, /<\s*[a-z/]|\u202e|password \{|shout\}/, part);
        }
  });
  test('that could not stand as it is is refused with a reason', async () => {
    const refuses = async (more: Partial<Brief>, code: string) =>
      assert.rejects(
        async () => write(requestFor({ ...ASKS.en, ...more })),
        (error: unknown) => error instanceof Failure && error.code === code,
      );
    await refuses({ must_include: ['Hi {{nobody}}'] }, 'writer_words_unusable');
    await refuses({ must_include: ['<script>x</script>'] }, 'writer_words_unusable');
    await refuses({ must_include: ['abc\u202edef'] }, 'writer_words_unusable');
    await refuses({ language: 'it' }, 'writer_language_unknown');
    const [kept] = await write(
      requestFor({ ...ASKS.en, must_include: ['Your name is {{first_name | fallback: "unknown"}}.'] }),
    );
    assert.ok(kept?.message.includes('{{first_name | fallback: "unknown"}}'));
  });
});
