import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { FieldsCreateBody } from '@nudgescribe/sdk';

/** Twelve columns as a bank might have them: one identifier, four in clear for segments, the rest sealed. */
export const FIELDS: readonly Omit<FieldsCreateBody, 'workspace_id'>[] = [
  {
    field_name: 'email',
    field_type: 'string',
    is_unique: true,
    is_required: true,
    validation_rules: { format: 'email' },
  },
  { field_name: 'first_name', field_type: 'string', is_required: true },
  { field_name: 'last_name', field_type: 'string', is_required: true },
  { field_name: 'city', field_type: 'string', is_sensitive: false },
  { field_name: 'country', field_type: 'enum', options: ['FR', 'DE', 'IT', 'ES'], is_sensitive: false },
  { field_name: 'age', field_type: 'number', is_sensitive: false },
  { field_name: 'born', field_type: 'Date', field_format: 'dd/MM/yyyy' },
  { field_name: 'plan', field_type: 'string', is_sensitive: false },
  { field_name: 'balance', field_type: 'number' },
  { field_name: 'opted_in', field_type: 'boolean' },
  { field_name: 'street', field_type: 'string' },
  { field_name: 'note', field_type: 'string' },
];

const HEADER = `${FIELDS.map((field) => field.field_name).join(',')}\n`;
const FIRST = ['Ada', 'Björn', 'Chloé', 'Dario', 'Elif', 'Femke', 'Goran', 'Hanna', 'Ilse', 'José'];
const LAST = ['Müller', 'Rossi', 'García', 'Lefèvre', 'Novak', 'Jansen', 'Weber', 'Moreau', 'Bianchi', 'Schmidt'];
const CITIES = ['Paris', 'Berlin', 'Roma', 'Madrid', 'Lyon', 'Hamburg', 'Milano', 'Sevilla'];
const COUNTRIES = ['FR', 'DE', 'IT', 'ES'];
const PLANS = ['basic', 'plus', 'gold'];

/** mulberry32: 32 bits of state are enough for data that must only be the same in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const two = (value: number) => String(value).padStart(2, '0');

/**
 * Writes `rows` customers. Equal arguments give equal bytes; with `changedEvery` n every nth customer has moved house.
 */
export async function writeCustomerFile(path: string, rows: number, changedEvery = 0): Promise<void> {
  const out = createWriteStream(path);
  const below = seeded(20_261_124);
  let lines = [HEADER];
  for (let row = 0; row < rows; row += 1) {
    const first = FIRST[below(10)] ?? '';
    const last = LAST[below(10)] ?? '';
    const street = below(200) + (changedEvery > 0 && row % changedEvery === 0 ? 1_000 : 0);
    lines.push(
      `customer${row}.${below(1_000_000)}@mail.example,${first},${last},${CITIES[below(8)]},${COUNTRIES[below(4)]},` +
        `${18 + below(70)},${two(1 + below(28))}/${two(1 + below(12))}/${1940 + below(65)},${PLANS[below(3)]},` +
        `${below(100_000)}.${two(below(100))},${below(2) === 0 ? 'true' : 'false'},"${street}, Long Street",` +
        `"Prefers ""mail"", asked in ${2000 + below(26)}"\n`,
    );
    if (lines.length < 2_000) continue;
    if (!out.write(lines.join(''))) await once(out, 'drain');
    lines = [];
  }
  out.end(lines.join(''));
  await once(out, 'finish');
}
