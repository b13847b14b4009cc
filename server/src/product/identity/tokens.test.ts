import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { startTestServer, type Tenant, type TestServer } from '../../../test/harness.ts';
import { systemClock } from '../../platform/clock/clock.ts';
import { bearerToken, createTokens } from './tokens.ts';

const KEY = randomBytes(32);
const HEADER = { alg: 'HS256', typ: 'JWT' };

let server: TestServer;
let a: Tenant;
let claims: Record<string, unknown>;

// Servers whose signing key the test knows: what it forges fails for its claims, not for its signature.
const tokens = createTokens({
  signingKey: KEY,
  clock: systemClock,
  accessSeconds: 1_209_600,
  sessionSeconds: 31_536_000,
  refreshSeconds: 1_296_000,
});

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const decode = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
const hmac = (text: string, key: Buffer | string = KEY, hash = 'sha256') =>
  createHmac(hash, key).update(text).digest('base64url');

function forge(header: unknown, payload: unknown, key: Buffer | string = KEY, hash = 'sha256'): string {
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${hmac(text, key, hash)}`;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** The last of 43 characters carries four bits: another character says the same. */
const otherSpelling = (last: string) => ALPHABET[ALPHABET.indexOf(last) ^ 1] ?? '';

before(async () => {
  server = await startTestServer({ services: { tokens } });
  a = server.a;
  claims = decode(a.token);
});

const list = (token: string | null, headers: Record<string, string> = {}) =>
  a.call('POST', '/v1/cg', { workspace_id: a.workspaceId }, { token, headers });

/** Everything we could think of that is not a token of ours, or not for this. */
function misused(): [string, string][] {
  const now = Math.floor(Date.now() / 1000);
  const [head = '', body = '', signature = ''] = a.token.split('.');
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  const rs256 = `${encode({ alg: 'RS256', typ: 'JWT' })}.${body}`;
  const changed = (more: Record<string, unknown>) => forge(HEADER, { ...claims, ...more });
  const without = (name: string) =>
    forge(HEADER, Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name)));
  const headed = (more: Record<string, unknown>) => forge({ ...HEADER, ...more }, claims);
  const flipped = (part: string) => `${part.slice(0, 5)}${part[5] === 'A' ? 'B' : 'A'}${part.slice(6)}`;
  return [
    ['alg none', `${encode({ alg: 'none', typ: 'JWT' })}.${body}.`],
    ['alg None', `${encode({ alg: 'None', typ: 'JWT' })}.${body}.`],
    ['alg none with the old signature', `${encode({ alg: 'none', typ: 'JWT' })}.${body}.${signature}`],
    ['alg empty', forge({ alg: '', typ: 'JWT' }, claims)],
    ['alg missing', forge({ typ: 'JWT' }, claims)],
    ['alg lower case', forge({ alg: 'hs256', typ: 'JWT' }, claims)],
    ['HS384', forge({ alg: 'HS384', typ: 'JWT' }, claims, KEY, 'sha384')],
    ['HS512', forge({ alg: 'HS512', typ: 'JWT' }, claims, KEY, 'sha512')],
    ['HS512 named, HS256 made', forge({ alg: 'HS512', typ: 'JWT' }, claims)],
    ['RS256', `${rs256}.${sign('RSA-SHA256', Buffer.from(rs256), privateKey).toString('base64url')}`],
    ['a public key as secret', forge(HEADER, claims, pem)],
    ['another key', forge(HEADER, claims, randomBytes(32))],
    ['an empty key', forge(HEADER, claims, '')],
    ['the key as hex', forge(HEADER, claims, KEY.toString('hex'))],
    ['kid', headed({ kid: '../../dev/null' })],
    ['jku', headed({ jku: 'https://example.com/keys' })],
    ['jwk', headed({ jwk: { kty: 'oct', k: KEY.toString('base64url') } })],
    ['x5u', headed({ x5u: 'https://example.com/cert' })],
    ['crit', headed({ crit: ['exp'] })],
    ['b64', headed({ b64: false, crit: ['b64'] })],
    ['zip', headed({ zip: 'DEF' })],
    ['header typ at+jwt', headed({ typ: 'at+jwt' })],
    ['header typ missing', forge({ alg: 'HS256' }, claims)],
    ['no signature', `${head}.${body}.`],
    ['two parts', `${head}.${body}`],
    ['four parts', `${a.token}.${signature}`],
    ['five parts', `${head}.${body}.${body}.${body}.${signature}`],
    ['truncated', a.token.slice(0, -3)],
    ['with one more character', `${a.token}A`],
    ['padded', `${a.token}=`],
    ['stray bits behind the signature', `${a.token.slice(0, -1)}${otherSpelling(a.token.at(-1) ?? '')}`],
    ['another signature', `${head}.${body}.${flipped(signature)}`],
    ['another body under the old signature', `${head}.${encode({ ...claims, user_id: server.b.userId })}.${signature}`],
    ["b's signature", `${head}.${body}.${server.b.token.split('.')[2]}`],
    ['another header under the old signature', `${encode({ ...HEADER, x: 1 })}.${body}.${signature}`],
    ['wrong iss', changed({ iss: 'somebody' })],
    ['iss in other case', changed({ iss: 'Nudgescribe' })],
    ['iss a list', changed({ iss: ['nudgescribe'] })],
    ['wrong aud', changed({ aud: 'console' })],
    ['aud a list', changed({ aud: ['nudgescribe-api', 'other'] })],
    ['typ refresh', changed({ typ: 'refresh' })],
    ['typ unknown', changed({ typ: 'admin' })],
    ['the refresh token', a.refreshToken],
    ['expired', changed({ exp: now - 1 })],
    ['expires this second', changed({ exp: now })],
    ['exp as text', changed({ exp: String(now + 1_000) })],
    ['exp zero', changed({ exp: 0 })],
    ['exp negative', changed({ exp: -1 })],
    ['exp a fraction', changed({ exp: now + 1_000.5 })],
    ['nbf in the future', changed({ nbf: now + 1_000 })],
    ['nbf in the past', changed({ nbf: now - 1_000 })],
    ['iat as text', changed({ iat: 'now' })],
    ['an extra claim', changed({ admin: true })],
    ['a scope', changed({ scope: '*' })],
    ...Object.keys(claims).map((name): [string, string] => [`without ${name}`, without(name)]),
    ...['user_id', 'account_id', 'sid', 'jti', 'role_code', 'typ'].map((name): [string, string] => [
      `${name} null`,
      changed({ [name]: null }),
    ]),
    ["b's session", changed({ sid: decode(server.b.token).sid })],
    ["b's user in a's session", changed({ user_id: server.b.userId })],
    ["b's account with a's session", changed({ account_id: server.b.accountId })],
    ["b's account and user with a's session", changed({ account_id: server.b.accountId, user_id: server.b.userId })],
    ...wrongTypes(changed),
    ...damaged(),
    ['an unknown session', changed({ sid: randomUUID() })],
    ['an unknown user', changed({ user_id: randomUUID() })],
    ['an unknown account', changed({ account_id: randomUUID() })],
    ['account_id with SQL', changed({ account_id: `${a.accountId}'; select 1; --` })],
    ['account_id in capitals', changed({ account_id: a.accountId.toUpperCase() })],
    ['sid a list', changed({ sid: [claims.sid] })],
    ['a payload that is a list', forge(HEADER, [claims])],
    ['a payload that is text', forge(HEADER, '"text"')],
    ['a payload that is no JSON', forge(HEADER, '{')],
    ['an empty payload', forge(HEADER, {})],
    ['a header that is no JSON', forge('{', claims)],
    ['very long', changed({ role_code: 'x'.repeat(10_000) })],
    ['an API key', a.apiKey],
    ['the password', a.password],
    ['dots', '..'],
    ['a word', 'token'],
  ];
}

/** Each claim as something that it never is, under a right signature. */
function wrongTypes(changed: (more: Record<string, unknown>) => string): [string, string][] {
  const things: [string, unknown][] = [
    ['true', true],
    ['a list', []],
    ['a list of itself', null],
    ['an object', {}],
    ['empty', ''],
    ['a space', ' '],
    ['a word of 5,000 characters', 'x'.repeat(5_000)],
    ['an array of a number', [1]],
  ];
  return Object.keys(claims).flatMap((name) =>
    things
      // Any text is a role there: what a token says of it counts for nothing.
      .filter(([thing]) => !(name === 'role_code' && thing === 'a space'))
      .map(([thing, value]): [string, string] => [
        `${name} ${thing}`,
        changed({ [name]: thing === 'a list of itself' ? [claims[name]] : value }),
      ]),
  );
}

/** The real token with one character changed in each part, or cut at many places. */
function damaged(): [string, string][] {
  const { token } = a;
  const places = Array.from({ length: 40 }, (_, index) => Math.floor((index * (token.length - 1)) / 40));
  return [
    ...places.map((at): [string, string] => [`cut at ${at}`, token.slice(0, at)]),
    ...places
      .filter((at) => token[at] !== '.')
      .map((at): [string, string] => [
        `another character at ${at}`,
        `${token.slice(0, at)}${otherSpelling(token[at] ?? 'A')}${token.slice(at + 1)}`,
      ]),
  ];
}

describe('tokens', () => {
  test('the real one is taken, and so is one of the same claims signed again', async () => {
    assert.equal((await list(a.token)).status, 200);
    assert.equal((await list(forge(HEADER, claims))).status, 200);
  });

  test('what is said of the role in a token counts for nothing', async () => {
    const answer = await a.call('GET', '/v1/auth', undefined, {
      token: forge(HEADER, { ...claims, role_code: 'VIEWER' }),
    });
    assert.deepEqual([answer.status, answer.body.role_code], [200, 'ACCOUNT_ADMIN']);
  });

  test('forged and misused ones are all refused with one answer', async () => {
    const cases = misused();
    assert.ok(new Set(cases.map(([, token]) => token)).size >= 200, String(cases.length));
    const texts = new Set<string>();
    for (const [name, token] of cases) {
      const answer = await list(token);
      assert.equal(answer.status, 403, `${name}: ${answer.text}`);
      texts.add(answer.text.replace(answer.body.request_id, ''));
      // A second look must not find it in a cache.
      assert.equal((await list(token)).status, 403, name);
    }
    assert.equal(texts.size, 1, [...texts].join('\n'));
  });

  test('only the Authorization header with the Bearer scheme carries one', async () => {
    assert.equal((await list(null)).status, 403);
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      a.token,
      `Basic ${a.token}`,
      `Bearer ${a.token} x`,
      `Bearer: ${a.token}`,
    ])
      assert.equal((await list(null, { authorization })).status, 403, authorization.slice(0, 10));
    assert.equal((await list(null, { cookie: `access_token=${a.token}` })).status, 403);
    const answer = await a.call(
      'POST',
      '/v1/cg',
      { workspace_id: a.workspaceId },
      { token: null, query: { access_token: a.token } },
    );
    assert.equal(answer.status, 403);
    assert.equal((await list(null, { authorization: `bearer ${a.token}` })).status, 200);
  });
});

test('bearerToken reads one token and nothing else', () => {
  assert.equal(bearerToken('Bearer abc.def.ghi'), 'abc.def.ghi');
  for (const odd of [undefined, '', 'Bearer', 'Bearer a b', 'Bearer a,b', 'Bearerabc', 'Bearer ü'])
    assert.equal(bearerToken(odd), null);
});
