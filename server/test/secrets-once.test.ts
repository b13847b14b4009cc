import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import pg from 'pg';
import { z } from 'zod';
import { endpoints } from '../src/product/endpoints.ts';
import { type Answer, startTestServer, type Tenant, type TestServer } from './harness.ts';

// A secret is shown in one answer. Who sends its call again under the same Idempotency-Key, with the same token, does not
// get it a second time, and nothing of it lies in the database meanwhile.

const PASSWORD = 'a long and secret sentence';
const STEP_MS = 30_000;
/** Parts of replies that let whoever reads them in. */
const SECRET_NAMES = ['api_key', 'token', 'link', 'secret', 'otpauth_uri', 'recovery_codes', 'password'];

let server: TestServer;
let a: Tenant;
let client: pg.Client;
let now = Date.now();

before(async () => {
  server = await startTestServer({ clock: { now: () => new Date(now) }, workers: false });
  a = server.a;
  client = new pg.Client({ connectionString: server.databaseUrl });
  // The database goes with the server, at the end, maybe before this connection.
  client.on('error', () => undefined);
  await client.connect();
});
after(() => client.end());

const marked = endpoints.filter((endpoint) => endpoint.answersSecret);

function secretNamesOf(reply: z.ZodType | null): string[] {
  if (!(reply instanceof z.ZodObject)) return [];
  return Object.keys(reply.shape).filter((name) => SECRET_NAMES.includes(name));
}

const codeOf = (secret: string) => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: now });

/** A user who is signed in. */
async function newPerson() {
  const email = `${randomUUID()}@example.test`;
  const made = await a.call('PUT', '/v1/user', { email, password: PASSWORD, role_code: 'EDITOR' });
  const headers = { 'x-api-key': a.apiKey };
  const signed = await a.call('POST', '/v1/auth', { email, password: PASSWORD }, { token: null, headers });
  assert.equal(signed.status, 200, signed.text);
  return { userId: made.body.user_id as string, token: signed.body.access_token as string };
}

type Wish = { body: Record<string, unknown>; token: string };

async function withSecond(confirmed: boolean): Promise<Wish> {
  const { token } = await newPerson();
  const { secret } = (await a.call('PUT', '/v1/otp', { password: PASSWORD }, { token })).body;
  if (!confirmed) return { token, body: { otp: codeOf(secret) } };
  assert.equal((await a.call('PATCH', '/v1/otp', { otp: codeOf(secret) }, { token })).status, 200);
  now += 2 * STEP_MS;
  return { token, body: { password: PASSWORD, otp: codeOf(secret) } };
}

/** By endpoint: a call that works and shows a secret. */
const WISHES: Record<string, () => Promise<Wish>> = {
  'api_keys.create': async () => ({ token: a.token, body: { key_name: 'Once' } }),
  'users.invite': async () => ({ token: a.token, body: { user_id: (await newPerson()).userId } }),
  'second_factor.begin': async () => ({ token: (await newPerson()).token, body: { password: PASSWORD } }),
  'second_factor.confirm': () => withSecond(false),
  'second_factor.renew_recovery_codes': () => withSecond(true),
};

/** All that the call's effect could be seen by: a second one would alter it. */
async function effects(): Promise<unknown> {
  const tables = ['api_keys', 'password_links', 'second_factors', 'recovery_codes', 'audit_events'];
  const { rows } = await client.query(
    tables
      .map((table) => `select string_agg(t::text, ' ' order by t::text) as text from ${table} t`)
      .join(' union all '),
  );
  return rows;
}

const textsOf = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(textsOf)
      : [];

/** The same call with another wish. */
const altered = (body: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(body).map(([name, value]) => [name, name === 'user_id' ? a.userId : `${value}0`]));

describe('a secret in an answer', () => {
  test('is marked as one in the table, wherever a changing call gives it', () => {
    const found = endpoints.filter(({ changes, reply }) => changes && secretNamesOf(reply).length > 0);
    assert.deepEqual(
      marked.map(({ name }) => name),
      found.map(({ name }) => name),
    );
    assert.deepEqual(marked.map(({ name }) => name).sort(), Object.keys(WISHES).sort());
  });

  test('is not kept, and not given again to who sends the call again', async (t) => {
    for (const { name, method, path, reply } of marked)
      await t.test(name, async () => {
        const { body, token } = (await WISHES[name]?.()) ?? assert.fail(`${name} has no example here`);
        const key = randomUUID();
        const call = (): Promise<Answer> => a.call(method, path, body, { token, headers: { 'idempotency-key': key } });
        await client.query('delete from kept_answers');
        const first = await call();
        assert.equal(first.status, 200, first.text);
        const secrets = secretNamesOf(reply).flatMap((part) => textsOf(first.body[part]));
        assert.ok(secrets.length > 0 && secrets.every((secret) => secret.length >= 16), first.text);
        const { rows } = await client.query('select k.*, k::text as whole from kept_answers k');
        assert.equal(rows.length, 1, 'that there was such a call is known');
        assert.equal(rows[0].sealed_answer.length, 0, 'and nothing of its answer');
        for (const secret of secrets)
          for (const written of [secret, Buffer.from(secret).toString('hex')])
            assert.ok(!rows[0].whole.includes(written), 'a secret is kept');
        const before = await effects();
        const again = await call();
        assert.deepEqual([again.status, again.body.code], [409, 'idempotency_answer_gone']);
        assert.ok(secrets.every((secret) => !again.text.includes(secret)));
        assert.deepEqual(await effects(), before, 'no second effect');
        const other = await a.call(
          method,
          path,
          { ...body, ...altered(body) },
          { token, headers: { 'idempotency-key': key } },
        );
        assert.deepEqual([other.status, other.body.code], [422, 'idempotency_key_reused']);
      });
  });
});
