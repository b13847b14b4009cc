import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Answer, send, startTestServer, type Tenant, type TestServer } from '../../../test/harness.ts';
import { CountryFileRefused, openCountryFile } from '../../providers/geography/country-file.ts';
import { countryFile } from '../../providers/geography/test-country-file.ts';

const PASSWORD = 'a long and secret sentence';
const MINUTE_MS = 60_000;
const NETWORKS = [
  { network: '198.51.100.0/24', country: 'DE' },
  { network: '203.0.113.0/25', country: 'FR' },
  { network: '203.0.113.128/25', country: 'DE' },
];

let server: TestServer;
let a: Tenant;
let now = Date.now();
let folder: string;
let eventsFail = false;
const noSeal = () => {
  throw new Error('no event can be written');
};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nudgescribe-geo-'));
  await writeFile(join(folder, 'countries.mmdb'), countryFile(NETWORKS));
  server = await startTestServer({
    clock: { now: () => new Date(now) },
    workers: false,
    services: ({ database }) => ({
      database: {
        ...database,
        tenant: (accountId, work) =>
          database.tenant(accountId, (tx) => work(eventsFail ? { ...tx, seal: noSeal } : tx)),
      },
    }),
    environment: { NUDGESCRIBE_TRUSTED_PROXIES: '127.0.0.1', NUDGESCRIBE_GEOIP_FILE: join(folder, 'countries.mmdb') },
  });
  a = server.a;
});
after(() => rm(folder, { recursive: true, force: true }));

const refusal = ({ status, body }: Answer) => [status, body.code];

async function newUser(name: string, role_code = 'EDITOR') {
  const email = `${name}@example.test`;
  const made = await a.call('PUT', '/v1/user', { email, password: PASSWORD, role_code });
  assert.equal(made.status, 200, made.text);
  return { email, userId: made.body.user_id as string };
}

async function signIn(email: string, address = '192.0.2.1') {
  const headers = { 'x-api-key': a.apiKey, 'x-ip': address, 'user-agent': 'test/1' };
  const { body, status, text } = await a.call(
    'POST',
    '/v1/auth',
    { email, password: PASSWORD },
    { token: null, headers },
  );
  assert.equal(status, 200, text);
  const token = body.access_token as string;
  return {
    token,
    refreshToken: body.refresh_token as string,
    call: (method: string, path: string, content: unknown = {}, from = address) =>
      a.call(method, path, content, { token, headers: { 'x-ip': from } }),
  };
}

async function openConsole(email: string, address = '192.0.2.2') {
  const headers = { 'x-ip': address, 'user-agent': 'browser/2' };
  const answer = await send(server.url, 'PUT', '/v1/session', { email, password: PASSWORD }, { token: null, headers });
  assert.equal(answer.status, 200, answer.text);
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return (method: string, path: string, content?: unknown, from = address) =>
    send(server.url, method, path, content, {
      token: null,
      headers: { cookie, 'x-csrf-token': answer.body.csrf_token, 'x-ip': from },
    });
}

type Listed = {
  session_id: string;
  kind: string;
  is_current: boolean;
  address: string;
  client: string;
  seen_at: string;
};

describe('sessions', () => {
  test('a session ends at its absolute limit, however often it is refreshed', async () => {
    const { email } = await newUser('for-ever');
    const { refreshToken, call } = await signIn(email);
    const begun = now;
    const DAY_MS = 24 * 60 * MINUTE_MS;
    const refreshed = (token: string) => send(server.url, 'GET', '/v1/auth', undefined, { token });
    let pair = { refresh_token: refreshToken, access_token: '', expires_in: 0, refresh_expires_in: 0 };
    for (let days = 10; days < 365; days += 10) {
      now = begun + days * DAY_MS;
      const answer = await refreshed(pair.refresh_token);
      assert.equal(answer.status, 200, `${days} days: ${answer.text}`);
      pair = answer.body;
    }
    // 360 days have gone by.
    assert.deepEqual([pair.expires_in, pair.refresh_expires_in], [(5 * DAY_MS) / 1000, (5 * DAY_MS) / 1000]);
    const asked = () => a.call('POST', '/v1/role', {}, { token: pair.access_token });
    now = begun + 365 * DAY_MS - 1;
    assert.equal((await asked()).status, 200);
    now = begun + 365 * DAY_MS;
    assert.deepEqual([(await asked()).status, (await refreshed(pair.refresh_token)).status], [403, 403]);
    assert.equal((await call('POST', '/v1/role')).status, 403);
    now = begun;
  });

  test('are listed with where they were begun and when they were last used', async () => {
    const { email } = await newUser('listed');
    const one = await signIn(email);
    now += MINUTE_MS;
    const console = await openConsole(email);
    const list = async () => (await one.call('POST', '/v1/session')).body as Listed[];
    const told = (sessions: Listed[]) =>
      sessions.map(({ kind, is_current, address, client, seen_at }) => [
        kind,
        is_current,
        address,
        client,
        Date.parse(seen_at) - now,
      ]);
    await list();
    const consoles = told(await list()).find(([kind]) => kind === 'console');
    assert.deepEqual(consoles, ['console', false, '192.0.2.2', 'browser/2', 0]);
    now += 5 * MINUTE_MS;
    await list();
    assert.deepEqual(told(await list()).sort(), [
      ['api', true, '192.0.2.1', 'test/1', 0],
      ['console', false, '192.0.2.2', 'browser/2', -5 * MINUTE_MS],
    ]);
    // Over by not being used.
    now += 26 * MINUTE_MS;
    assert.equal((await list()).length, 1);
    assert.equal((await console('GET', '/v1/session')).status, 403);
  });

  test('are ended one by one or all others at once, from the next call on', async () => {
    const { email } = await newUser('ended');
    const [here, there, third] = [await signIn(email), await signIn(email), await signIn(email)];
    const browser = await openConsole(email);
    const idOf = async (session: typeof here) =>
      ((await session.call('POST', '/v1/session')).body as Listed[]).find((one) => one.is_current)?.session_id;
    const session_id = await idOf(there);
    assert.deepEqual((await here.call('DELETE', '/v1/session', { session_id })).body, {
      message: 'The session is ended.',
      ended: 1,
    });
    assert.equal((await there.call('POST', '/v1/session')).status, 403);
    assert.equal((await a.call('GET', '/v1/auth', undefined, { token: there.refreshToken })).status, 403);
    assert.equal((await here.call('DELETE', '/v1/session', { session_id })).body.ended, 0);
    assert.deepEqual(refusal(await here.call('DELETE', '/v1/session', { session_id, others: true })), [
      400,
      'session_or_others',
    ]);
    assert.equal((await here.call('DELETE', '/v1/session', { others: true })).body.ended, 2);
    assert.deepEqual(
      [
        (await third.call('POST', '/v1/session')).status,
        (await browser('GET', '/v1/session')).status,
        (await here.call('POST', '/v1/session')).status,
      ],
      [403, 403, 200],
    );
    assert.equal((await here.call('DELETE', '/v1/session')).status, 200);
    assert.equal((await here.call('POST', '/v1/session')).status, 403);
  });

  test("of others are an administrator's to see and end, within the account", async () => {
    const { email, userId } = await newUser('watched');
    const other = await newUser('curious');
    const session = await signIn(email);
    const curious = await signIn(other.email);
    const [listed] = (await a.call('POST', '/v1/session', { user_id: userId })).body as Listed[];
    const session_id = listed?.session_id;
    assert.deepEqual(refusal(await curious.call('POST', '/v1/session', { user_id: userId })), [403, 'forbidden']);
    assert.deepEqual(refusal(await curious.call('DELETE', '/v1/session', { session_id })), [400, 'not_found']);
    assert.deepEqual(refusal(await server.b.call('POST', '/v1/session', { user_id: userId })), [400, 'not_found']);
    assert.deepEqual(refusal(await server.b.call('DELETE', '/v1/session', { session_id })), [400, 'not_found']);
    assert.equal((await session.call('POST', '/v1/session')).status, 200);
    assert.equal((await a.call('DELETE', '/v1/session', { session_id })).status, 200);
    assert.equal((await session.call('POST', '/v1/session')).status, 403);
  });
});

describe('a session', () => {
  test('seen from another country than it began in is over, by token and by cookie', async () => {
    const { email } = await newUser('traveller');
    const session = await signIn(email, '198.51.100.7');
    // Another network of the same country, and one of which nothing is known.
    for (const from of ['203.0.113.200', '192.0.2.77', '::1'])
      assert.equal((await session.call('POST', '/v1/otp', {}, from)).status, 200, from);
    assert.deepEqual(refusal(await session.call('POST', '/v1/otp', {}, '203.0.113.9')), [403, 'session_moved']);
    assert.equal((await session.call('POST', '/v1/otp', {})).status, 403, 'at home too');
    const refreshed = await a.call('GET', '/v1/auth', undefined, { token: session.refreshToken });
    assert.equal(refreshed.status, 403);
    const console = await openConsole(email, '203.0.113.9');
    assert.equal((await console('GET', '/v1/session')).status, 200);
    assert.deepEqual(refusal(await console('GET', '/v1/session', undefined, '198.51.100.7')), [403, 'session_moved']);
    const events = await a.call('POST', '/v1/audit', { action: 'access.refused', page_size: 10 });
    const moved = events.body.filter(
      (event: { object_ids: { code: string } }) => event.object_ids.code === 'session_moved',
    );
    assert.equal(moved.length, 2);
    for (const event of moved) assert.equal(event.object_ids.ended_session_id, event.session_id);
  });

  test('seen from another country ends together with its event, or not at all', async () => {
    const { email } = await newUser('unrecorded');
    const session = await signIn(email, '198.51.100.7');
    eventsFail = true;
    const untold = await session.call('POST', '/v1/otp', {}, '203.0.113.9');
    eventsFail = false;
    assert.equal(untold.status, 500);
    assert.equal((await session.call('POST', '/v1/otp', {})).status, 200, 'what left no event ended nothing');
    assert.deepEqual(refusal(await session.call('POST', '/v1/otp', {}, '203.0.113.9')), [403, 'session_moved']);
    assert.equal((await session.call('POST', '/v1/otp', {})).status, 403);
  });

  test('that is over by cookie leaves an event of its own for each address that it is tried from', async () => {
    const { email, userId } = await newUser('tried-again');
    const console = await openConsole(email);
    assert.equal((await console('DELETE', '/v1/session', {})).status, 200);
    for (const from of ['192.0.2.2', '192.0.2.3', '192.0.2.2', '192.0.2.3'])
      assert.deepEqual(refusal(await console('GET', '/v1/session', undefined, from)), [403, 'unauthorised']);
    const events = await a.call('POST', '/v1/audit', { action: 'access.refused', actor: userId });
    const addresses = events.body.map(({ address }: { address: string }) => address);
    assert.deepEqual(addresses, ['192.0.2.3', '192.0.2.2']);
  });

  test('begun where nothing was known is held to the first country it is seen in', async () => {
    const { email } = await newUser('late');
    const session = await signIn(email, '192.0.2.9');
    now += 2 * MINUTE_MS;
    assert.equal((await session.call('POST', '/v1/otp', {}, '203.0.113.9')).status, 200);
    assert.deepEqual(refusal(await session.call('POST', '/v1/otp', {}, '198.51.100.7')), [403, 'session_moved']);
  });
});

describe('a file of countries', () => {
  test('that cannot be read is refused with the name of the setting', async () => {
    await assert.rejects(
      openCountryFile(join(folder, 'none.mmdb'), () => undefined),
      CountryFileRefused,
    );
    const broken = join(folder, 'broken.mmdb');
    await writeFile(broken, 'no database');
    await assert.rejects(
      openCountryFile(broken, () => undefined),
      /NUDGESCRIBE_GEOIP_FILE/,
    );
  });

  test('that is replaced is taken up, and a broken one in its place is not', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const path = join(folder, 'replaced.mmdb');
    await writeFile(path, countryFile(NETWORKS));
    const troubles: unknown[] = [];
    const geography = await openCountryFile(path, (error) => troubles.push(error));
    const settled = () => new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(geography.countryOf('198.51.100.7'), 'DE');
    assert.equal(geography.countryOf('no address'), null);
    await writeFile(path, 'broken');
    t.mock.timers.tick(MINUTE_MS);
    await settled();
    assert.deepEqual([geography.countryOf('198.51.100.7'), troubles.length], ['DE', 1]);
    await writeFile(path, countryFile([{ network: '198.51.100.0/24', country: 'CH' }]));
    t.mock.timers.tick(MINUTE_MS);
    await settled();
    assert.equal(geography.countryOf('198.51.100.7'), 'CH');
    geography.close();
  });
});
