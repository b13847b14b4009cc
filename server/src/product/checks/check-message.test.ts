import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Brief } from '../campaigns/campaign.ts';
import { type Checked, checkMessage } from './check-message.ts';
import { isGsm, smsParts } from './rules/sms.ts';

const brief: Brief = {
  objective: 'Sell',
  product: 'Saver',
  call_to_action: 'Open it',
  link: 'https://bank.example/saver',
  must_include: ['Capital at risk'],
  must_avoid: ['guarantee', 'bank'],
};
const GOOD = 'Hi {{first_name | fallback: "there"}}, open it: https://bank.example/saver. Capital at risk.';
const checked = (message: string, more: Partial<Checked> = {}): Checked => ({
  channel: 'sms',
  max_length: 160,
  subject: null,
  message,
  preheader: null,
  brief,
  fields: [
    { field_name: 'first_name', is_required: false },
    { field_name: 'plan', is_required: true },
  ],
  ...more,
});
const codes = (message: string, more: Partial<Checked> = {}) =>
  checkMessage(checked(message, more)).map((finding) => finding.code);

describe('findings', () => {
  test('a good text has none', () => assert.deepEqual(codes(GOOD), []));

  const single: [string, string, Partial<Checked>?][] = [
    ['unknown_tag', `${GOOD} {{password}}`],
    ['malformed_tag', `${GOOD} {{`],
    ['unknown_filter', `${GOOD} {{plan | shout}}`],
    ['tag_without_fallback', `${GOOD} {{first_name}}`],
    ['too_long', `${GOOD} ${'x'.repeat(150)}`, { channel: 'whatsapp' }],
    ['missing_required_phrase', 'Open it.'],
    ['banned_phrase', `${GOOD} GUARANTEED.`],
    ['banned_phrase', `${GOOD} {{plan | fallback: "our guarantee"}}`],
    ['banned_phrase', `${GOOD} Your bank.`],
    ['unknown_link', `${GOOD} https://evil.example`],
    ['unknown_link', `${GOOD} www.evil.example`],
    ['unknown_link', `${GOOD} JavaScript:alert(1)`],
    ['unknown_link', `${GOOD} Go to evil.com/login`],
    ['unknown_link', `${GOOD} Log in on _Evil.COM_`],
    ['unknown_link', `${GOOD} evil\u3002com/login`, { channel: 'whatsapp' }],
    ['unknown_link', `${GOOD} bit.ly/3x`],
    ['unknown_link', `${GOOD} mailto:x@evil.com`],
    ['unknown_link', `${GOOD} Ask help@evil.org`],
    ['unknown_link', `${GOOD} tel:+4930123`],
    ['unknown_link', `${GOOD} {{plan | fallback: "evil.com"}}`],
    ['unknown_link', `${GOOD} https://bank.example/saver.evil.com`],
    ['unknown_link', `${GOOD} https://bank.example/saver2`],
    ['missing_subject', GOOD, { channel: 'email', subject: '  ' }],
    ['subject_too_long', GOOD, { channel: 'email', max_length: 2_000, subject: 'x'.repeat(90) }],
    ['sms_not_gsm7', `${GOOD} “Now”`],
    ['sms_parts', `${GOOD} ${'x'.repeat(100)}`, { max_length: 400 }],
    ['false_urgency', `${GOOD} Hurry!`],
    ['all_caps', `${GOOD} OPEN THIS RIGHT AWAY TODAY`],
    ['false_urgency', `${GOOD} Nur noch heute!`, { channel: 'whatsapp' }],
    ['false_urgency', `${GOOD} Dernière chance !`, { channel: 'whatsapp' }],
    ['false_urgency', `${GOOD} ¡Última oportunidad!`, { channel: 'whatsapp' }],
    ['exclamation_marks', `${GOOD} Good!!`],
    ['unsupported_claim', `${GOOD} It is risk-free.`],
    ['unsupported_claim', `${GOOD} The cheapest one.`],
    ['hidden_characters', `${GOOD} a\u200bb`, { channel: 'whatsapp' }],
    ['hidden_characters', `${GOOD} \u202eevil`, { channel: 'whatsapp' }],
    ['hidden_characters', `${GOOD} \ud800`, { channel: 'whatsapp' }],
    ['mixed_alphabets', `${GOOD} p\u0430y`, { channel: 'whatsapp' }],
    ['markup', `${GOOD} <script>x`, { channel: 'whatsapp' }],
    ['markup', `${GOOD} <b>Now</b>`],
    ['markup', `${GOOD} &nbsp;`],
    ['deceptive_link', `${GOOD} https://bank.example@evil.com`, { brief: { ...brief, must_avoid: [] } }],
    ['deceptive_link', `${GOOD} https://bank.example.evil.com/saver`, { brief: { ...brief, must_avoid: [] } }],
    ['deceptive_link', `${GOOD} https://xn--bnk-ela.example/`],
    [
      'deceptive_link',
      `${GOOD} https://b\u0430nk.example/`,
      { channel: 'whatsapp', brief: { ...brief, product: 'b\u0430nk' } },
    ],
    ['tag_in_link', `${GOOD} {{plan}}.com`],
    ['preheader_too_short', GOOD, { channel: 'email', max_length: 2_000, subject: 'News', preheader: 'Look' }],
    [
      'preheader_too_long',
      GOOD,
      { channel: 'email', max_length: 2_000, subject: 'News', preheader: 'word '.repeat(30) },
    ],
    [
      'preheader_repeats_subject',
      GOOD,
      { channel: 'email', max_length: 2_000, subject: 'News of your saver', preheader: 'news of your  saver' },
    ],
    ['empty_text', '  ', { brief: { objective: 'a', product: 'b', call_to_action: 'c' } }],
    [
      'hard_to_read',
      `${GOOD} ${'Notwithstanding institutional considerations, organisational representatives characteristically acknowledge extraordinary accessibility. '.repeat(2)}`,
      { channel: 'email', subject: 'News', max_length: 2_000 },
    ],
    ['wrong_language', 'Wir haben etwas für Sie und Ihre Pläne: das ist nicht zu übersehen. Capital at risk.'],
  ];
  for (const [code, message, more] of single)
    test(`${code}: ${message.slice(-40)}`, () => assert.deepEqual(codes(message, more), [code]));

  test('phrases are found across line breaks and in any case; errors come first', () => {
    assert.deepEqual(codes('capital\nat  RISK. Hurry! {{nope}}'), ['unknown_tag', 'false_urgency']);
  });
  test('links that stand in the brief are allowed, with a full stop behind them too', () => {
    const terms = { ...brief, must_include: ['Terms: https://bank.example/terms'] };
    assert.deepEqual(codes('Terms: https://bank.example/terms. https://bank.example/saver!', { brief: terms }), []);
  });
  test('so are its addresses without a scheme, and a product that is named like one', () => {
    const shop = {
      ...brief,
      must_avoid: [],
      product: 'Booking.com',
      call_to_action: 'Ask help@bank.de',
      must_include: ['See fees.bank.de'],
    };
    assert.deepEqual(
      codes('Ask help@bank.de about Booking.com. See fees.bank.de, bank.example/saver/', { brief: shop }),
      [],
    );
  });
  const harmless = [
    'From 2.50 EUR.',
    'At 5 p.m. or 0.5% p.a., e.g. now.',
    'Read it.Then open it.',
    'Version 2.0.1',
    'yes/no',
    '24/7...ok',
  ];
  for (const text of harmless) test(`no link: ${text}`, () => assert.deepEqual(codes(`${GOOD} ${text}`), []));
  test('a long text full of dots is looked through at once', () => {
    const started = performance.now();
    for (const scrap of ['a.', 'a@', '.', 'a-', 'a/', 'http:', 'a.aa/', 'www.'])
      codes(scrap.repeat(20_000 / scrap.length), { channel: 'whatsapp', max_length: 10_000 });
    assert.ok(performance.now() - started < 1_000);
  });
  test('each has a severity, a sentence and what to do', () => {
    for (const [, message, more] of single)
      for (const finding of checkMessage(checked(message, more))) {
        assert.match(finding.message, /\.|\}\}$/);
        assert.ok(finding.severity === 'error' || finding.severity === 'warning');
        assert.ok((finding.fix ?? '').length > 5, finding.code);
      }
  });
  test('whole words are banned, in simple forms, with or without accents', () => {
    const saying = (text: string, phrase: string) =>
      codes(text, {
        channel: 'whatsapp',
        brief: { objective: 'a', product: 'b', call_to_action: 'c', must_avoid: [phrase] },
      });
    const banned: [string, string][] = [
      ['Your banks', 'bank'],
      ['Garantierte Zinsen', 'garantiert'],
      ['Une economie', 'économie'],
      ['Cheaper than ever', 'cheap'],
      ['Only fees', 'fee'],
      ['No  hidden\nfee', 'no hidden fees'],
      ['Get it for free', 'free'],
      ['GRATUITO', 'gratuito'],
      ['最高の選択', '最高'],
    ];
    for (const [text, phrase] of banned) assert.deepEqual(saying(text, phrase), ['banned_phrase'], text);
    const fine: [string, string][] = [
      ['A marketing plan', 'mark'],
      ['Start now', 'stars'],
      ['Bankrupt', 'bank'],
      ['Freedom', 'free'],
      ['An offering', 'off'],
    ];
    for (const [text, phrase] of fine) assert.deepEqual(saying(text, phrase), [], text);
  });
  test('a deadline in the brief may hurry, and a claim of the brief may be made', () => {
    const more = (objective: string) => ({ brief: { ...brief, objective, must_avoid: [] } });
    assert.deepEqual(codes(`${GOOD} Last chance!`, more('Sell until 31 May')), []);
    assert.deepEqual(codes(`${GOOD} Last chance!`, more('Sell for 2.50 EUR')), ['false_urgency']);
    assert.deepEqual(codes(`${GOOD} It is risk-free.`, more('Tell that it is risk free')), []);
  });
  test('what lies below an allowed link is allowed, on exactly that host', () => {
    const allowed = {
      brief: { ...brief, must_avoid: [], allowed_links: ['https://help.example/faq'] },
      channel: 'whatsapp' as const,
    };
    for (const link of ['https://help.example/faq', 'https://help.example/faq/1?a=b', 'help.example/faq/1'])
      assert.deepEqual(codes(`${GOOD} ${link}`, allowed), [], link);
    for (const link of [
      'https://help.example/faqs',
      'http://help.example/faq',
      'https://help.example/faq/../x',
      'https://help.example:8443/faq',
    ])
      assert.deepEqual(codes(`${GOOD} ${link}`, allowed), ['unknown_link'], link);
  });
  test('edits mend what they are offered for', () => {
    const mendable: [string, string, Partial<Checked>?][] = [
      ['hidden_characters', `${GOOD} a\u200bb`],
      ['markup', `${GOOD} <b>Now</b>`],
      ['unknown_link', `${GOOD} https://evil.example`],
      ['exclamation_marks', `${GOOD} Good!!!`],
      ['all_caps', `${GOOD} OPEN THIS RIGHT AWAY TODAY`],
      ['sms_not_gsm7', `${GOOD} “Now” – or…`],
      ['missing_required_phrase', 'Open it.'],
      ['unknown_tag', `${GOOD} {{password}}`],
      ['unknown_filter', `${GOOD} {{plan | shout}}`],
    ];
    for (const [code, message, more] of mendable) {
      const [found] = checkMessage(checked(message, more));
      assert.equal(found?.code, code);
      assert.ok(found?.edit?.part === 'message', code);
      const { from, to, replacement } = found.edit;
      const mended = message.slice(0, from) + replacement + message.slice(to);
      assert.ok(!codes(mended, more).includes(code), `${code}: ${mended}`);
    }
  });
  test('emoji, right-to-left text and scripts that join are no hidden characters', () => {
    for (const text of [
      '👩‍💻 👍🏽 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
      'می\u200cخواهم',
      'שלום\u200f!',
      'क्\u200dष',
      'a < b & c, 3 <5',
    ])
      assert.deepEqual(codes(`${GOOD} ${text}`, { channel: 'whatsapp' }), [], text);
  });
  test('a language that is not known here is not judged', () =>
    assert.deepEqual(codes(GOOD, { brief: { ...brief, language: 'pt-BR' } }), []));
});

describe('SMS', () => {
  const cases: [string, number][] = [
    ['', 1],
    ['x'.repeat(160), 1],
    ['x'.repeat(161), 2],
    ['x'.repeat(306), 2],
    ['x'.repeat(307), 3],
    ['€'.repeat(80), 1],
    ['€'.repeat(81), 2],
    ['“'.repeat(70), 1],
    ['“'.repeat(71), 2],
    ['👍'.repeat(35), 1],
    ['👍'.repeat(36), 2],
  ];
  for (const [text, parts] of cases)
    test(`${text.length} of "${text.slice(0, 2)}"`, () => assert.equal(smsParts(text), parts));
  test('alphabet', () => assert.ok(isGsm("Grüße à [Ω] 5€, it's {ok}") && !isGsm('ê') && !isGsm('…')));
});
