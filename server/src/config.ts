import { resolve } from 'node:path';
import { z } from 'zod';
import { allowListOf, readRange } from './platform/outbound/addresses.ts';
import { type Quotas, USAGE_KINDS } from './product/usage/usage.ts';
import { unknownSettings } from './setting-names.ts';

/** A language model that campaigns may name as their writer. */
export type WriterConfig = {
  name: string;
  kind: 'openai-compatible' | 'anthropic';
  baseUrl: string | null;
  apiKey: string | null;
  model: string;
  timeoutMs: number;
  maxRetries: number;
  retryDelayMs: number;
  maxOutputTokens: number;
  /** How many questions one process asks at once, and in a minute; null where nothing is limited. */
  concurrency: number;
  requestsPerMinute: number | null;
  tokensPerMinute: number | null;
  /** For a million tokens. */
  price: { input: number; output: number; currency: string } | null;
  outboundAllow: readonly string[];
};

export type Config = {
  mode: 'development' | 'production';
  host: string;
  port: number;
  /** Where callers reach the server, without a trailing slash; null when only relative links can be given. */
  publicUrl: string | null;
  /** A database of countries in MMDB format; null: sessions are not held to a country. */
  geoipFile: string | null;
  dataDir: string;
  /** The owner's connection string; null means the embedded database. */
  databaseUrl: string | null;
  /** One root key or several, the one that wraps first. */
  rootKey: string | null;
  rootKeyFile: string | null;
  /** The program, with its arguments, that speaks with a key management service. */
  rootKeyProgram: string[] | null;
  apiCode: string | null;
  trustedProxies: string[];
  /** Origins of pages that may call the API from a browser. */
  allowedOrigins: string[];
  limits: { callsPerMinute: number; signInsPerMinute: number; callsAtOnce: number };
  /** What every account may use in a month where it has no quota of its own, by kind; a kind that is absent has no limit. */
  quotas: Quotas;
  logLevel: string;
  accessTokenSeconds: number;
  /** How long a session of the API may go on in all, however often it is refreshed. */
  sessionSeconds: number;
  refreshTokenSeconds: number;
  /** Largest upload accepted, unpacked. */
  maxUploadBytes: number;
  /** How long failed rows of imports are kept for their repair files. */
  repairFileDays: number;
  /** How many jobs one process works on at a time. */
  jobsAtOnce: number;
  bootstrap: { email: string | null; password: string | null; apiKey: string | null };
  writers: WriterConfig[];
};

/** Every mistake in the environment at once, each as a sentence. */
export class ConfigMistakes extends Error {
  override readonly name = 'ConfigMistakes';
  readonly mistakes: string[];
  constructor(mistakes: string[]) {
    super(`The settings cannot be used:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`);
    this.mistakes = mistakes;
  }
}

const DAY = 24 * 60 * 60;
const WRITER_RETRY_DELAY_MS = 1_000;

const writersSchema = z.array(
  z.strictObject({
    name: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'a writer name is lower-case letters, digits and hyphens'),
    kind: z.enum(['openai-compatible', 'anthropic']),
    base_url: z.url().optional(),
    api_key_env: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]*$/)
      .optional(),
    model: z.string().min(1).max(200),
    timeout_seconds: z.number().int().min(1).max(600).default(60),
    max_retries: z.number().int().min(0).max(10).default(3),
    max_output_tokens: z.number().int().min(64).max(32_000).default(2_000),
    concurrency: z.number().int().min(1).max(64).default(4),
    requests_per_minute: z.number().int().min(1).max(1_000_000).optional(),
    tokens_per_minute: z.number().int().min(1).max(1_000_000_000).optional(),
    price: z
      .strictObject({
        input: z.number().min(0).max(100_000),
        output: z.number().min(0).max(100_000),
        currency: z.string().regex(/^[A-Z]{3}$/, 'a currency is three capital letters'),
      })
      .optional(),
  }),
);

const quotasSchema = z.partialRecord(z.enum(USAGE_KINDS), z.number().int().min(0).max(Number.MAX_SAFE_INTEGER));

type Environment = Record<string, string | undefined>;

function reader(environment: Environment, mistakes: string[]) {
  /** The names that were asked for: there are no other settings. */
  const known = new Set<string>();
  const text = (name: string) => {
    known.add(name);
    const value = environment[name]?.trim();
    return value === undefined || value === '' ? null : value;
  };
  const integer = (name: string, fallback: number, min: number, max: number) => {
    const value = text(name);
    if (value === null) return fallback;
    const number = Number(value);
    if (Number.isInteger(number) && number >= min && number <= max) return number;
    mistakes.push(`${name} must be a whole number from ${min} to ${max}.`);
    return fallback;
  };
  const oneOf = <const Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice => {
    const value = text(name);
    if (value === null) return fallback;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) mistakes.push(`${name} must be one of ${choices.join(', ')}.`);
    return found ?? fallback;
  };
  return { text, integer, oneOf, known };
}

function readUrl(name: string, value: string | null, protocols: string[], mistakes: string[]): string | null {
  if (value === null) return null;
  if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value.replace(/\/+$/, '');
  mistakes.push(`${name} must be a URL beginning with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}.`);
  return null;
}

/** The server's roles sign in by the same URL, as themselves: nothing behind the host may say somebody else. */
function readDatabaseUrl(value: string | null, mistakes: string[]): string | null {
  const name = 'NUDGESCRIBE_DATABASE_URL';
  const url = value !== null && URL.canParse(value) ? new URL(value) : null;
  // With a user and without a host it cannot be read as a URL at all.
  const hasHost = url?.host !== '' && !/^\w+:\/\/[^/]*@(\/|$)/.test(value ?? '');
  if (hasHost && !['user', 'password', 'host'].some((part) => url?.searchParams.has(part)))
    return readUrl(name, value, ['postgres:', 'postgresql:'], mistakes);
  mistakes.push(
    `${name} must name the host before the path, and neither user, password nor host behind "?". For a socket the host is its folder, written like this: postgresql://owner@%2Fvar%2Frun%2Fpostgresql/nudgescribe.`,
  );
  return null;
}

function readProgram(name: string, value: string | null, mistakes: string[]): string[] | null {
  if (value === null) return null;
  let raw: unknown = null;
  try {
    raw = JSON.parse(value);
  } catch {}
  const parsed = z.array(z.string().min(1).max(4_000)).min(1).max(50).safeParse(raw);
  if (parsed.success) return parsed.data;
  mistakes.push(`${name} must be a JSON array: the program and its arguments.`);
  return null;
}

/** What stands between commas, without what is blank. */
const listOf = (value: string | null): string[] =>
  (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function readProxies(value: string | null, mistakes: string[]): string[] {
  const proxies = listOf(value);
  for (const proxy of proxies) {
    if (readRange(proxy) === null)
      mistakes.push('NUDGESCRIBE_TRUSTED_PROXIES must list IP addresses or CIDR ranges, separated by commas.');
  }
  return proxies;
}

function readOrigins(value: string | null, mistakes: string[]): string[] {
  const origins = listOf(value);
  for (const origin of origins) {
    const url = URL.canParse(origin) ? new URL(origin) : null;
    if (url === null || url.origin !== origin || !['http:', 'https:'].includes(url.protocol))
      mistakes.push(
        'NUDGESCRIBE_ALLOWED_ORIGINS must list origins like https://app.example.com, separated by commas, in lower case and without a path.',
      );
  }
  return origins;
}

function readQuotas(value: string | null, mistakes: string[]): Config['quotas'] {
  if (value === null) return {};
  try {
    return quotasSchema.parse(JSON.parse(value));
  } catch {
    mistakes.push(
      `NUDGESCRIBE_QUOTAS must be a JSON object with whole numbers a month for any of ${USAGE_KINDS.join(', ')}.`,
    );
    return {};
  }
}

/** Hosts, addresses and ranges beyond the public internet that the server may call. */
function readOutboundAllow(value: string | null, mistakes: string[]): string[] {
  const entries = listOf(value);
  try {
    allowListOf(entries);
    return entries;
  } catch {
    mistakes.push('NUDGESCRIBE_OUTBOUND_ALLOW must list host names, addresses or CIDR ranges, separated by commas.');
    return [];
  }
}

function readWriters(
  text: (name: string) => string | null,
  value: string | null,
  outboundAllow: readonly string[],
  mistakes: string[],
): WriterConfig[] {
  if (value === null) return [];
  // Variables that hold keys are settings also where the rest has a mistake, which is told below.
  for (const [name] of value.matchAll(/NUDGESCRIBE_\w+/g)) text(name);
  let raw: unknown;
  try {
    raw = JSON.parse(value);
  } catch {
    mistakes.push('NUDGESCRIBE_WRITERS must be a JSON array.');
    return [];
  }
  const parsed = writersSchema.safeParse(raw);
  if (!parsed.success) {
    mistakes.push(
      ...parsed.error.issues.map((issue) => `NUDGESCRIBE_WRITERS ${issue.path.join('.')}: ${issue.message}.`),
    );
    return [];
  }
  return parsed.data.map((writer) => {
    const apiKey = writer.api_key_env === undefined ? null : text(writer.api_key_env);
    if (writer.api_key_env !== undefined && apiKey === null)
      mistakes.push(`NUDGESCRIBE_WRITERS: ${writer.name} takes its key from ${writer.api_key_env}, which is not set.`);
    if (writer.kind === 'openai-compatible' && writer.base_url === undefined)
      mistakes.push(`NUDGESCRIBE_WRITERS: ${writer.name} needs a base_url.`);
    if (writer.name === 'offline')
      mistakes.push('NUDGESCRIBE_WRITERS: the name offline belongs to the built-in writer.');
    return {
      name: writer.name,
      kind: writer.kind,
      baseUrl: writer.base_url ?? null,
      apiKey,
      model: writer.model,
      timeoutMs: writer.timeout_seconds * 1000,
      maxRetries: writer.max_retries,
      retryDelayMs: WRITER_RETRY_DELAY_MS,
      maxOutputTokens: writer.max_output_tokens,
      concurrency: writer.concurrency,
      requestsPerMinute: writer.requests_per_minute ?? null,
      tokensPerMinute: writer.tokens_per_minute ?? null,
      price: writer.price ?? null,
      outboundAllow,
    };
  });
}

/**
 * Reads all settings once. Throws ConfigMistakes with every mistake together. `production` is strict: it wants its own
 * root key and never prints or makes a secret by itself.
 */
export function readConfig(environment: Environment): Config {
  const mistakes: string[] = [];
  const { text, integer, oneOf, known } = reader(environment, mistakes);
  const mode = oneOf('NUDGESCRIBE_MODE', ['development', 'production'], 'development');
  const rootKey = text('NUDGESCRIBE_ROOT_KEY');
  const rootKeyFile = text('NUDGESCRIBE_ROOT_KEY_FILE');
  const rootKeyProgram = readProgram('NUDGESCRIBE_ROOT_KEY_PROGRAM', text('NUDGESCRIBE_ROOT_KEY_PROGRAM'), mistakes);
  if (mode === 'production' && rootKey === null && rootKeyFile === null && rootKeyProgram === null)
    mistakes.push(
      'NUDGESCRIBE_ROOT_KEY (or NUDGESCRIBE_ROOT_KEY_FILE, or NUDGESCRIBE_ROOT_KEY_PROGRAM) is required in production: 32 random bytes as 64 hex characters, for example from "openssl rand -hex 32". Keep it apart from the backups.',
    );
  if (rootKey !== null && rootKeyFile !== null)
    mistakes.push('NUDGESCRIBE_ROOT_KEY and NUDGESCRIBE_ROOT_KEY_FILE exclude each other.');
  const publicUrl = readUrl('NUDGESCRIBE_PUBLIC_URL', text('NUDGESCRIBE_PUBLIC_URL'), ['http:', 'https:'], mistakes);
  if (mode === 'production' && publicUrl !== null && !publicUrl.startsWith('https://'))
    mistakes.push('NUDGESCRIBE_PUBLIC_URL must begin with https:// in production.');
  const email = text('NUDGESCRIBE_BOOTSTRAP_EMAIL');
  const password = text('NUDGESCRIBE_BOOTSTRAP_PASSWORD');
  const apiKey = text('NUDGESCRIBE_BOOTSTRAP_API_KEY');
  if (apiKey !== null && apiKey.length < 32)
    mistakes.push('NUDGESCRIBE_BOOTSTRAP_API_KEY must have at least 32 characters.');
  if (password !== null && password.length < 12)
    mistakes.push('NUDGESCRIBE_BOOTSTRAP_PASSWORD must have at least 12 characters.');
  if (email !== null && !z.email().safeParse(email).success)
    mistakes.push('NUDGESCRIBE_BOOTSTRAP_EMAIL must be an email address.');
  const accessTokenSeconds = integer('NUDGESCRIBE_ACCESS_TOKEN_SECONDS', 14 * DAY, 60, 30 * DAY);
  const refreshTokenSeconds = integer('NUDGESCRIBE_REFRESH_TOKEN_SECONDS', 15 * DAY, 60, 90 * DAY);
  const config: Config = {
    mode,
    host: text('NUDGESCRIBE_HOST') ?? '127.0.0.1',
    port: integer('NUDGESCRIBE_PORT', 8787, 0, 65_535),
    publicUrl,
    geoipFile: text('NUDGESCRIBE_GEOIP_FILE'),
    dataDir: resolve(text('NUDGESCRIBE_DATA_DIR') ?? './data'),
    databaseUrl: readDatabaseUrl(text('NUDGESCRIBE_DATABASE_URL'), mistakes),
    rootKey,
    rootKeyFile: rootKeyFile === null ? null : resolve(rootKeyFile),
    rootKeyProgram,
    apiCode: text('NUDGESCRIBE_API_CODE'),
    trustedProxies: readProxies(text('NUDGESCRIBE_TRUSTED_PROXIES'), mistakes),
    allowedOrigins: readOrigins(text('NUDGESCRIBE_ALLOWED_ORIGINS'), mistakes),
    limits: {
      callsPerMinute: integer('NUDGESCRIBE_CALLS_PER_MINUTE', 6_000, 1, 10_000_000),
      signInsPerMinute: integer('NUDGESCRIBE_SIGN_INS_PER_MINUTE', 60, 1, 10_000_000),
      callsAtOnce: integer('NUDGESCRIBE_CALLS_AT_ONCE', 6, 1, 18),
    },
    quotas: readQuotas(text('NUDGESCRIBE_QUOTAS'), mistakes),
    logLevel: oneOf('NUDGESCRIBE_LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'], 'info'),
    accessTokenSeconds,
    sessionSeconds: integer('NUDGESCRIBE_SESSION_DAYS', 365, 1, 3_650) * DAY,
    refreshTokenSeconds,
    maxUploadBytes: integer('NUDGESCRIBE_MAX_UPLOAD_BYTES', 20 * 1024 ** 3, 1024, 1024 ** 4),
    repairFileDays: integer('NUDGESCRIBE_REPAIR_FILE_DAYS', 90, 1, 36_500),
    jobsAtOnce: integer('NUDGESCRIBE_JOBS_AT_ONCE', 4, 1, 64),
    bootstrap: { email, password, apiKey },
    writers: readWriters(
      text,
      text('NUDGESCRIBE_WRITERS'),
      readOutboundAllow(text('NUDGESCRIBE_OUTBOUND_ALLOW'), mistakes),
      mistakes,
    ),
  };
  mistakes.push(...unknownSettings(environment, known));
  if (mistakes.length > 0) throw new ConfigMistakes(mistakes);
  return config;
}
