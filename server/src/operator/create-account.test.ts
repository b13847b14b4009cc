import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { before, describe, test } from 'node:test';
import { send, startTestServer, type TestServer } from '../../test/harness.ts';
import { createAccountCommand } from './create-account.ts';

const PASSWORD = 'seven horses under an old bridge';
const API_KEY = 'a-key-that-is-long-enough-for-an-account';

let server: TestServer;
before(async () => {
  server = await startTestServer({ workers: false });
});

async function create(email: string, input: string | null, more: Record<string, string> = {}) {
  const args = ['--name', 'Third', '--email', email, ...(input === null ? [] : ['--secrets-from-stdin'])];
  return JSON.parse(await createAccountCommand(args, { ...server.environment, ...more }, Readable.from([input ?? ''])));
}

async function signIn(email: string, password: string, apiKey: string): Promise<number> {
  const headers = { 'x-api-key': apiKey };
  return (await send(server.url, 'POST', '/v1/auth', { email, password }, { token: null, headers })).status;
}

const accounts = async () =>
  (await server.app.services.database.acrossAccounts((tx) => tx.rows('select account_id from accounts'))).length;

describe('account create', () => {
  test('takes secrets from standard input, and prints none of them', async () => {
    const made = await create('given@example.test', `${PASSWORD}\n${API_KEY}\n`);
    assert.deepEqual([made.password, made.api_key], [null, null]);
    assert.equal(await signIn('given@example.test', PASSWORD, API_KEY), 200);
    const half = await create('half@example.test', `\n${API_KEY}-2`);
    assert.equal(half.api_key, null);
    assert.equal(await signIn('half@example.test', half.password, `${API_KEY}-2`), 200);
  });

  test('makes secrets of its own, prints them, in production too, and takes none of the first start', async () => {
    const production = { NUDGESCRIBE_MODE: 'production', NUDGESCRIBE_PUBLIC_URL: 'https://nudgescribe.example' };
    const made = await create('made@example.test', null, production);
    assert.equal(await signIn('made@example.test', made.password, made.api_key), 200);
    assert.equal(await signIn('made@example.test', server.a.password, made.api_key), 403);
  });

  test('asks of them what a first start does, and makes nothing otherwise', async () => {
    const before = await accounts();
    for (const [email, input, told] of [
      [
        'short-key@example.test',
        `${PASSWORD}\nabc`,
        /- The API key in the second line must have at least 32 characters/,
      ],
      ['short@example.test', 'abc', /- The password in the first line must have at least 12 characters/],
      ['no-email', '', /- --email must be an email address/],
      ['lines@example.test', `${PASSWORD}\n${API_KEY}\nmore`, /has two lines/],
      ['', '', /needs --name and --email/],
    ] as const)
      await assert.rejects(create(email, input), told);
    for (const option of ['--password', '--api-key'])
      await assert.rejects(
        createAccountCommand(
          ['--name', 'N', '--email', 'x@example.test', option, 'x'],
          server.environment,
          process.stdin,
        ),
        { code: 'ERR_PARSE_ARGS_UNKNOWN_OPTION' },
      );
    assert.equal(await accounts(), before);
  });
});
