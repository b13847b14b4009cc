/** A seeded sample: customers of an invented retail bank. The same seed gives the same file on every machine. */

const FIRST_NAMES = [
  'Anna',
  'Ben',
  'Clara',
  'David',
  'Elif',
  'Felix',
  'Grace',
  'Hassan',
  'Ines',
  'Jonas',
  'Katja',
  'Luis',
  'Maja',
  'Noah',
  'Olivia',
  'Paul',
  'Quentin',
  'Rosa',
  'Samir',
  'Tessa',
  'Uwe',
  'Vera',
  'Wim',
  'Xenia',
  'Yara',
  'Zoë',
];
const LAST_NAMES = [
  'Adler',
  'Brandt',
  'Costa',
  'Dubois',
  'Engel',
  'Fischer',
  'García',
  'Hoffmann',
  'Ivanova',
  'Jansen',
  'Keller',
  'Lopez',
  'Müller',
  'Nowak',
  'O’Neill',
  'Petrov',
  'Rossi',
  'Schäfer',
  'Şahin',
  'Torres',
  'Ullrich',
  'Vogel',
  'Weber',
  'Yilmaz',
  'Zimmermann',
];
const PRODUCTS = [
  ['current account', 46],
  ['savings account', 30],
  ['credit card', 16],
  ['mortgage', 8],
] as const;
const TIERS = [
  ['standard', 62],
  ['plus', 28],
  ['private', 10],
] as const;

/** mulberry32 by Tommy Ettinger (public domain): 32 bits of state, good enough for a sample. Numbers in [0, 1). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function weighted<T extends string>(random: () => number, choices: readonly (readonly [T, number])[]): T {
  let left = random() * choices.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [value, weight] of choices) {
    left -= weight;
    if (left < 0) return value;
  }
  return (choices.at(-1) as readonly [T, number])[0];
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

const two = (value: number) => String(value).padStart(2, '0');

export const BANK_COLUMNS = [
  'customer_number',
  'first_name',
  'last_name',
  'email',
  'birth_date',
  'main_product',
  'tier',
  'tenure_years',
  'app_user',
  'monthly_balance',
  'email_consent',
] as const;

/** CSV text of `count` customers. About 3 in 100 have no email; about 8 in 100 gave no consent. */
export function bankCsv(count: number, seed = 20_261_124): string {
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const lines = [BANK_COLUMNS.join(',')];
  for (let index = 1; index <= count; index += 1) {
    const first = pick(FIRST_NAMES);
    const last = pick(LAST_NAMES);
    const product = weighted(random, PRODUCTS);
    const tier = weighted(random, TIERS);
    const tenure = Math.floor(random() ** 2 * 31);
    const mailbox = `${first}.${last}.${index}`
      .normalize('NFKD')
      .replace(/[^A-Za-z0-9.]/g, '')
      .toLowerCase();
    const balance = (random() ** 3 * (tier === 'private' ? 250_000 : tier === 'plus' ? 60_000 : 12_000)).toFixed(2);
    lines.push(
      [
        `B-${String(index).padStart(6, '0')}`,
        first,
        random() < 0.02 ? `${last}, ${pick(LAST_NAMES)}` : last,
        random() < 0.03 ? '' : `${mailbox}@example.com`,
        `${1940 + Math.floor(random() * 66)}-${two(1 + Math.floor(random() * 12))}-${two(1 + Math.floor(random() * 28))}`,
        product,
        tier,
        String(tenure),
        random() < 0.58 ? 'yes' : 'no',
        balance,
        random() < 0.92 ? 'yes' : 'no',
      ]
        .map(quoted)
        .join(','),
    );
  }
  return `${lines.join('\n')}\n`;
}
