import { z } from 'zod';
import { type AnyEndpoint, type Fields, ownExample } from './example-bodies.ts';
import { type FileInput, uploadForms } from './fuzz-uploads.ts';

/** Random numbers from 0 to 1 that a seed repeats (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Texts on which parsers, templates, SQL and file names have stumbled before. */
export const NASTY_TEXTS: readonly string[] = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  "'",
  '"',
  "' or 1=1 --",
  "'; drop table customers; --",
  '$1',
  '%',
  '_',
  '\\',
  '#{x}',
  '{{x}}',
  '{{customer_number',
  "customer_number' || pg_sleep(1) || '",
  'account_id',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '\ud800',
  '\udc00x',
  '\u202e',
  '\u200b',
  '\ufeff',
  'İ',
  'ß',
  'ﬀ',
  '𝒳',
  '👩‍👩‍👧',
  '\r\n',
  '\n',
  ',',
  ';',
  '=1+1',
  '@x',
  '-1',
  '1e309',
  'NaN',
  'true',
  'null',
  '[]',
  '{}',
  '2026-02-30',
  '9999-12-31T23:59:59.999Z',
  '0000-00-00',
  '2026-13-01',
  '00000000-0000-0000-0000-000000000000',
  'x'.repeat(300),
  'x'.repeat(70_000),
  '('.repeat(500),
  '(a+)+$',
  '[',
  '\\p{',
  '(?<n>',
  '1'.repeat(400),
  '0x10',
  'asc',
  'created_at desc',
]; // prettier-ignore

const NASTY_VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  0.5,
  -0,
  1e21,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 53,
  2 ** 63,
  Number.MIN_VALUE,
  [],
  [[]],
  {},
  { a: 1 },
  [null],
  [''],
  [{}],
  { from: 1, to: 0 },
  { from: 'a' },
  Array.from({ length: 1_200 }, (_, n) => n),
  Array.from({ length: 300 }, () => ({})),
  { $gt: '' },
  [[['deep', [{ deeper: [] }]]]],
]; // prettier-ignore

export type FuzzCall = {
  body?: unknown;
  raw?: string | Uint8Array;
  headers?: Record<string, string>;
  query?: Record<string, string>;
};

/**
 * Calls of one endpoint, more or less like good ones: mostly right, so that handlers are reached, and wrong somewhere.
 * `ownIds` may change between them.
 */
export function fuzzer(endpoint: AnyEndpoint, ownIds: Readonly<Record<string, string>>, random: () => number) {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const { packed, upload } = uploadForms(random);
  const nasty = () => (random() < 0.6 ? pick(NASTY_TEXTS) : pick(NASTY_VALUES));
  const good = () => ownExample(endpoint, ownIds);
  const known = Object.entries(endpoint.body.shape).map(([name, type]) => ({
    name,
    schema: z.toJSONSchema(type as z.ZodType, { io: 'input', unrepresentable: 'any' }) as Schema,
  }));

  type Schema = {
    type?: string;
    enum?: unknown[];
    const?: unknown;
    anyOf?: Schema[];
    oneOf?: Schema[];
    items?: Schema;
    properties?: Record<string, Schema>;
    required?: string[];
    minimum?: number;
    maximum?: number;
    maxLength?: number;
    format?: string;
  }; // prettier-ignore

  /** A value that the schema takes, at its edges where it has some; now and then one that it does not take. */
  function valueFor(schema: Schema, depth = 0): unknown {
    if (random() < 0.12 || depth > 5) return nasty();
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return pick(schema.enum);
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices !== undefined) return valueFor(pick(choices), depth + 1);
    switch (schema.type) {
      case 'boolean':
        return random() < 0.5;
      case 'integer':
      case 'number':
        return pick([schema.minimum ?? -1, schema.maximum ?? 2 ** 31, 1, 2, 10, (schema.maximum ?? 5) + 1]);
      case 'array':
        return Array.from({ length: pick([0, 1, 1, 2, 5]) }, () => valueFor(schema.items ?? {}, depth + 1));
      case 'object': {
        const entries = Object.entries(schema.properties ?? { [pick(NASTY_TEXTS)]: {} });
        const kept = entries.filter(([name]) => schema.required?.includes(name) || random() < 0.5);
        return Object.fromEntries(kept.map(([name, inner]) => [name, valueFor(inner, depth + 1)]));
      }
      case 'string':
        if (schema.maxLength !== undefined && random() < 0.1) return 'ä'.repeat(Math.min(schema.maxLength, 5_000));
        return random() < 0.3
          ? pick(Object.values(ownIds))
          : pick([...NASTY_TEXTS, 'customer_number', 'tier', '2026-01-31']);
      default:
        return nasty();
    }
  }

  function changed(): Fields {
    const body: Fields = good();
    for (let n = 1 + Math.floor(random() * 3); n > 0; n -= 1) {
      const field = pick(known);
      if (field === undefined) break;
      const dice = random();
      if (field.name === 'workspace_id' && dice < 0.9) continue;
      if (dice < 0.1) delete body[field.name];
      else body[field.name] = dice < 0.25 ? nasty() : valueFor(field.schema);
    }
    if (random() < 0.05) body[pick(NASTY_TEXTS).slice(0, 200)] = nasty();
    return body;
  }

  /** Bytes of a good body with some of them changed, cut or doubled. */
  function broken(): Uint8Array {
    const bytes = Buffer.from(JSON.stringify(changed()));
    const at = Math.floor(random() * bytes.length);
    const dice = random();
    if (dice < 0.4) bytes[at] = Math.floor(random() * 256);
    else if (dice < 0.7) return bytes.subarray(0, at);
    return dice < 0.85 ? bytes : Buffer.concat([bytes, bytes.subarray(at)]);
  }

  /** A file of nasty cells, and the parameters beside it. */
  function fileInput(): FileInput {
    const cells = Array.from(
      { length: 1 + Math.floor(random() * 12) },
      () => `${pick(NASTY_TEXTS)},${pick(NASTY_TEXTS)}`,
    );
    const parameters = Object.fromEntries(
      Object.entries(good()).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    );
    if (random() < 0.5) parameters.on_error = 'skip';
    if (random() < 0.5) parameters[pick(known).name] = pick(NASTY_TEXTS).slice(0, 500);
    const isNdjson = random() < 0.4;
    return {
      parameters: Object.fromEntries(Object.entries(parameters).map(([name, text]) => [name, text.toWellFormed()])),
      content: isNdjson
        ? cells
            .map(() => JSON.stringify(random() < 0.8 ? { customer_number: pick(NASTY_TEXTS), tier: nasty() } : nasty()))
            .join('\n')
        : `customer_number,tier\n${cells.join('\n')}`,
      isNdjson,
    };
  }

  return (): FuzzCall => {
    const dice = random();
    if (endpoint.method === 'GET')
      return {
        query: {
          [pick(NASTY_TEXTS).slice(0, 50).toWellFormed() || 'x']: pick(NASTY_TEXTS).slice(0, 500).toWellFormed(),
        },
      };
    if (endpoint.intake === 'upload' && dice < 0.6) return upload(fileInput());
    if (dice < 0.02) return packed({ body: changed() });
    if (dice < 0.12) return { raw: broken(), headers: { 'content-type': 'application/json' } };
    if (dice < 0.15) return { body: nasty() ?? {} };
    return { body: changed() };
  };
}
