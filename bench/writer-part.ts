import { type Brief, CHANNELS, DEFAULT_MAX_LENGTH } from '../server/src/product/campaigns/campaign.ts';
import { offlineWriter } from '../server/src/product/writing/offline-writer.ts';
import type { WriteRequest } from '../server/src/product/writing/writer.ts';
import type { BenchPart } from './bench-part.ts';
import { median, thousands } from './table.ts';

const VARIANTS = 2;
const SEGMENTS = 500;
const ROUNDS = 7;
const WARM_UP = 2;

/** A campaign in each language, with what briefs have: a link, a required phrase, forbidden ones. */
const BRIEFS: readonly Brief[] = [
  {
    objective: 'Move customers to a yearly contract',
    product: 'Harbour Saver',
    call_to_action: 'Choose your plan',
    tone: 'friendly',
    language: 'en',
    link: 'https://bank.example/year',
    must_include: ['Terms apply.'],
    must_avoid: ['guarantee', 'cheap'],
  },
  {
    objective: 'Konto eröffnen',
    product: 'Hafen Sparplan',
    call_to_action: 'Jetzt in der App öffnen',
    language: 'de',
    must_avoid: ['billig'],
  },
  {
    objective: 'Ouvrir un livret',
    product: 'Livret Horizon',
    call_to_action: 'Ouvrir mon livret',
    tone: 'formel',
    language: 'fr',
  },
  {
    objective: 'Abrir una cuenta',
    product: 'Cuenta Ahorro',
    call_to_action: 'Abrir la cuenta',
    tone: 'divertido',
    language: 'es',
    must_include: ['Sujeto a condiciones.'],
  },
];

/** What the workflow asks for one after the other: every segment of a campaign on one channel. */
function requests(brief: Brief, channel: (typeof CHANNELS)[number]): WriteRequest[] {
  return Array.from({ length: SEGMENTS }, (_, index) => ({
    brief,
    channel: { channel, max_length: DEFAULT_MAX_LENGTH[channel] },
    segment: {
      label: `Plan ${index}`,
      attributes: [
        { field_name: 'plan', display_name: 'Plan', value: `Plan ${String.fromCharCode(65 + (index % 26))}` },
        { field_name: 'tenure_months', display_name: 'Months', value: { from: (index % 6) * 12, to: null } },
      ],
    },
    merge_fields: [
      { field_name: 'first_name', display_name: 'First name', field_type: 'string', is_required: false },
      { field_name: 'balance', display_name: 'Balance', field_type: 'currency', is_required: false },
    ],
    variants: VARIANTS,
    seed: `bench ${index}`,
    guidance: null,
  }));
}

/** Messages a second of one channel in all languages. */
async function pace(channel: (typeof CHANNELS)[number]): Promise<number> {
  const work = BRIEFS.flatMap((brief) => requests(brief, channel));
  const { signal } = new AbortController();
  const paces: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const startedAt = performance.now();
    let written = 0;
    for (const request of work) written += (await offlineWriter.write(request, signal)).length;
    if (round >= WARM_UP) paces.push((written * 1_000) / (performance.now() - startedAt));
  }
  return median(paces);
}

export const writerPart: BenchPart = {
  name: 'writer',
  about:
    'the offline writer alone, in this process: 500 segments, two variants, four languages (--rows does not matter)',
  run: async () => {
    const measured = [];
    for (const channel of CHANNELS) {
      const value = await pace(channel);
      measured.push({
        what: `${channel} messages a second`,
        value,
        shown: thousands(value),
        reach: '≥ 2,000',
        aim: '≥ 10,000',
      });
    }
    return measured;
  },
};
