import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import { type Answer, send, startTestServer, type Tenant, type TestServer } from '../../../test/harness.ts';
import { hashRecoveryCode, newRecoveryCodes, stepOf } from './codes.ts';
import { renewRecoveryCodes } from './second-factor.ts';
import { replaceRecoveryCodes } from './store.ts';

const STEP_MS = 30_000;
const PASSWORD = 'a long and secret sentence';

let server: TestServer;
let a: Tenant;
let now = Date.now();

before(async () => {
  server = await startTestServer({ clock: { now: () => new Date(now) } });
  a = server.a;
});

const refusal = ({ status, body }: Answer) => [status, body.code];

/** A user, with what their authenticator app shows at the server's time. */
type Person = {
  userId: string;
  email: string;
  signIn(more?: Record<string, unknown>): Promise<Answer>;
  console(more?: Record<string, unknown>): Promise<Answer>;
  call(method: string, path: string, body: unknown, token?: string): Promise<Answer>;
  token: string;
};

async function newPerson(name: string, role = 'EDITOR'): Promise<Person> {
  const email = `${name}@example.test`;
  const made = await a.call('PUT', '/v1/user', { email, password: PASSWORD, role_code: role });
  assert.equal(made.status, 200, made.text);
  const person: Person = {
    userId: made.body.user_id,
    email,
    token: '',
    signIn: (more = {}) =>
      a.call(
        'POST',
        '/v1/auth',
        { email, password: PASSWORD, ...more },
        { token: null, headers: { 'x-api-key': a.apiKey } },
      ),
    console: (more = {}) =>
      send(server.url, 'PUT', '/v1/session', { email, password: PASSWORD, ...more }, { token: null }),
    call: (method, path, body, token = person.token) => a.call(method, path, body, { token }),
  };
  person.token = (await person.signIn()).body.access_token;
  return person;
}

const codeOf = (secret: string, steps = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: now + steps * STEP_MS });

async function withSecondFactor(name: string, role?: string) {
  const person = await newPerson(name, role);
  const begun = await person.call('PUT', '/v1/otp', { password: PASSWORD });
  assert.equal(begun.status, 200, begun.text);
  const { secret } = begun.body;
  const confirmed = await person.call('PATCH', '/v1/otp', { otp: codeOf(secret) });
  assert.equal(confirmed.status, 200, confirmed.text);
  now += 2 * STEP_MS;
  return { ...person, secret: secret as string, recoveryCodes: confirmed.body.recovery_codes as string[] };
}

describe('codes', () => {
  test('are those of RFC 6238, for one step around now', () => {
    // Appendix B of the RFC, SHA-1, its last six digits.
    const secret = Buffer.from('12345678901234567890');
    for (const [seconds, code] of [
      [59, '287082'],
      [1_111_111_109, '081804'],
      [1_234_567_890, '005924'],
      [20_000_000_000, '353130'],
    ] as const) {
      const step = Math.floor(seconds / 30);
      assert.equal(stepOf(secret, code, new Date(seconds * 1_000)), step);
      assert.equal(stepOf(secret, ` ${code.slice(0, 3)} ${code.slice(3)}`, new Date((seconds + 30) * 1_000)), step);
      assert.equal(stepOf(secret, code, new Date((seconds + 61) * 1_000)), null);
    }
  });

  test('for recovery are ten, and no two alike', () => {
    const codes = [...newRecoveryCodes(), ...newRecoveryCodes()];
    assert.equal(new Set(codes).size, 20);
    for (const code of codes)
      assert.match(code, /^([A-Z2-7]{4}-){5}[A-Z2-7]{4}$/, 'five bits a character: 112 and more');
  });
});

describe('a second factor', () => {
  test('counts from its first code on, and then is asked for in the order of the contract', async () => {
    const person = await newPerson('order');
    assert.deepEqual((await person.call('POST', '/v1/otp', {})).body, {
      is_on: false,
      is_required: false,
      recovery_codes_left: 0,
    });
    assert.deepEqual(refusal(await person.call('PATCH', '/v1/otp', { otp: '123456' })), [
      400,
      'second_factor_not_begun',
    ]);
    assert.deepEqual(refusal(await person.call('PUT', '/v1/otp', { password: 'wrong' })), [403, 'password_refused']);
    await person.call('PUT', '/v1/otp', { password: PASSWORD });
    // Begun anew: the first secret is nobody's.
    const { secret, otpauth_uri } = (await person.call('PUT', '/v1/otp', { password: PASSWORD })).body;
    assert.match(otpauth_uri, /^otpauth:\/\/totp\/Nudgescribe:order%40example\.test\?.*issuer=Nudgescribe/);
    assert.ok(otpauth_uri.includes(secret));
    assert.equal((await person.signIn()).status, 200, 'not confirmed yet');
    assert.deepEqual(refusal(await person.call('PATCH', '/v1/otp', { otp: codeOf(secret, -9) })), [
      400,
      'code_refused',
    ]);
    assert.equal((await person.call('PATCH', '/v1/otp', { otp: codeOf(secret) })).body.recovery_codes.length, 10);
    assert.deepEqual(refusal(await person.call('PUT', '/v1/otp', { password: PASSWORD })), [400, 'second_factor_on']);
    assert.deepEqual((await person.call('POST', '/v1/otp', {})).body, {
      is_on: true,
      is_required: false,
      recovery_codes_left: 10,
    });
    now += 2 * STEP_MS;

    const login = { email: person.email, password: PASSWORD };
    const wrongKey = await a.call(
      'POST',
      '/v1/auth',
      { ...login, otp: codeOf(secret) },
      { token: null, headers: { 'x-api-key': 'no' } },
    );
    assert.deepEqual(refusal(wrongKey), [403, 'sign_in_refused']);
    const noPassword = await person.signIn({ password: undefined });
    assert.deepEqual([noPassword.status, noPassword.body.fields], [401, ['password']]);
    assert.deepEqual(refusal(await person.signIn({ password: 'wrong' })), [403, 'sign_in_refused']);
    assert.deepEqual(refusal(await person.signIn({ password: 'wrong', otp: codeOf(secret) })), [
      403,
      'sign_in_refused',
    ]);
    for (const answer of [await person.signIn(), await person.console()])
      assert.deepEqual([answer.status, answer.body.code, answer.body.fields], [401, 'missing_fields', ['otp']]);
    assert.equal((await person.signIn({ otp: '' })).status, 400);
    assert.deepEqual(refusal(await person.signIn({ otp: '000000' })), [403, 'sign_in_refused']);
    assert.deepEqual(refusal(await person.console({ otp: '000000' })), [403, 'console_sign_in_refused']);
    assert.equal((await person.signIn({ otp: codeOf(secret, -1) })).status, 200);
    assert.equal((await person.console({ otp: codeOf(secret) })).status, 200);
  });

  test('takes a code once, and none from before it, by however many calls at once and after a restart', async () => {
    const person = await withSecondFactor('once');
    const otp = codeOf(person.secret);
    const answers = await Promise.all(Array.from({ length: 6 }, () => person.signIn({ otp })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(5).fill(403)]);
    assert.equal((await person.console({ otp })).status, 403);
    assert.equal((await person.signIn({ otp: codeOf(person.secret, -1) })).status, 403);
    await server.restart();
    a = server.a;
    assert.equal((await person.signIn({ otp })).status, 403);
    assert.equal((await person.signIn({ otp: codeOf(person.secret, 1) })).status, 200);
  });

  test('has recovery codes that are good once, however they are typed', async () => {
    const person = await withSecondFactor('recovery');
    const [first = '', second = '', third = ''] = person.recoveryCodes;
    const answers = await Promise.all(Array.from({ length: 8 }, () => person.signIn({ otp: first })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(7).fill(403)]);
    assert.equal((await person.console({ otp: ` ${second.toLowerCase().replaceAll('-', ' ')} ` })).status, 200);
    const token = (await person.signIn({ otp: codeOf(person.secret) })).body.access_token;
    assert.equal((await person.call('POST', '/v1/otp', {}, token)).body.recovery_codes_left, 8);
    now += STEP_MS;
    const wish = { password: PASSWORD, otp: codeOf(person.secret) };
    const renewed = await person.call('PUT', '/v1/otp/recovery-codes', wish, token);
    assert.equal(renewed.body.recovery_codes.length, 10, renewed.text);
    assert.equal((await person.signIn({ otp: third })).status, 403);
    assert.equal((await person.signIn({ otp: renewed.body.recovery_codes[9] })).status, 200);
    // Somebody else's code is nobody's here.
    const other = await withSecondFactor('recovery-other');
    assert.equal((await person.signIn({ otp: other.recoveryCodes[0] })).status, 403);
  });

  test('cannot be confirmed by guessing: ten wrong codes are looked at, and then one every ten minutes', async () => {
    const person = await newPerson('guessing');
    const confirm = (otp: string) => person.call('PATCH', '/v1/otp', { otp });
    for (let time = 0; time < 15; time += 1)
      assert.deepEqual(refusal(await confirm('123456')), [400, 'second_factor_not_begun'], 'nobody looked at it');
    const { secret } = (await person.call('PUT', '/v1/otp', { password: PASSWORD })).body;
    const wrong = codeOf(secret, -9);
    const answers = await Promise.all(Array.from({ length: 25 }, () => confirm(wrong)));
    const codes = Map.groupBy(answers, ({ body }) => body.code);
    assert.deepEqual([codes.get('code_refused')?.length, codes.get('too_many_attempts')?.length], [10, 15]);
    assert.deepEqual(refusal(await confirm(codeOf(secret))), [429, 'too_many_attempts'], 'also the right one waits');
    now += 10 * 60_000;
    assert.equal((await confirm(codeOf(secret))).status, 200);
  });

  test('takes recovery codes of sixteen characters, which were given once, until there are new ones', async () => {
    const person = await withSecondFactor('recovery-old');
    const { database, keyring } = server.app.services;
    const holder = { keys: await keyring.forAccount(a.accountId), userId: person.userId };
    const old = ['ABCD-EFGH-IJKL-MNOP', 'QRST-UVWX-YZ23-4567'];
    const hashes = old.map((code) => hashRecoveryCode(holder.keys, person.userId, code));
    await database.tenant(a.accountId, (tx) => replaceRecoveryCodes(tx, a.accountId, person.userId, hashes));
    assert.equal((await person.signIn({ otp: old[0] })).status, 200);
    await database.tenant(a.accountId, (tx) => renewRecoveryCodes(tx, holder));
    assert.equal((await person.signIn({ otp: old[1] })).status, 403);
  });

  test('ends the sessions that were begun without it', async () => {
    const person = await newPerson('sessions');
    const other = (await person.signIn()).body.access_token;
    const { secret } = (await person.call('PUT', '/v1/otp', { password: PASSWORD })).body;
    assert.equal((await person.call('POST', '/v1/otp', {}, other)).status, 200);
    await person.call('PATCH', '/v1/otp', { otp: codeOf(secret) });
    assert.equal((await person.call('POST', '/v1/otp', {}, other)).status, 403);
    assert.equal((await person.call('POST', '/v1/otp', {})).status, 200);
  });

  test('is turned off by password and code, or by an administrator', async () => {
    const person = await withSecondFactor('off');
    const turnOff = (more: object) => person.call('DELETE', '/v1/otp', { password: PASSWORD, ...more });
    assert.deepEqual(refusal(await turnOff({ password: 'wrong', otp: codeOf(person.secret) })), [
      403,
      'password_refused',
    ]);
    assert.deepEqual(refusal(await turnOff({ otp: '000000' })), [403, 'second_factor_refused']);
    assert.equal((await turnOff({ otp: codeOf(person.secret) })).status, 200);
    assert.equal((await person.signIn()).status, 200);

    const guessed = await withSecondFactor('guessed');
    const wrong = { password: PASSWORD, otp: '000000' };
    const answers = await Promise.all(Array.from({ length: 15 }, () => guessed.call('DELETE', '/v1/otp', wrong)));
    assert.equal(answers.filter(({ body }) => body.code === 'second_factor_refused').length, 10);
    assert.equal(answers.filter(({ body }) => body.code === 'too_many_attempts').length, 5);
    const told = await a.call('POST', '/v1/audit', { outcome: 'refused', actor: guessed.userId, page_size: 100 });
    assert.equal(
      told.body.filter((event: { object_ids: { code?: string } }) => event.object_ids.code === 'second_factor_refused')
        .length,
      10,
    );

    const lost = await withSecondFactor('lost');
    const editor = await newPerson('no-administrator');
    const reset = { user_id: lost.userId };
    assert.deepEqual(refusal(await editor.call('DELETE', '/v1/user/otp', reset)), [403, 'forbidden']);
    assert.deepEqual(refusal(await server.b.call('DELETE', '/v1/user/otp', reset)), [400, 'not_found']);
    assert.equal((await a.call('DELETE', '/v1/user/otp', reset)).status, 200);
    assert.equal((await lost.call('POST', '/v1/otp', {})).status, 403);
    assert.equal((await lost.signIn()).status, 200);
    assert.deepEqual(refusal(await a.call('DELETE', '/v1/user/otp', reset)), [400, 'second_factor_off']);
  });

  test('stays when a forgotten password is chosen anew by a link', async () => {
    const person = await withSecondFactor('forgetful');
    const chosen = 'seven horses under an old bridge';
    const { token } = (await a.call('PUT', '/v1/user/link', { user_id: person.userId })).body;
    const redeemed = await send(server.url, 'PATCH', '/v1/password-link', { token, password: chosen }, { token: null });
    assert.equal(redeemed.status, 200, redeemed.text);
    for (const signIn of [person.signIn, person.console]) {
      const asked = await signIn({ password: chosen });
      assert.deepEqual([asked.status, asked.body.fields], [401, ['otp']]);
    }
    assert.equal((await person.signIn({ password: chosen, otp: codeOf(person.secret) })).status, 200);
  });

  test('leaves neither secret nor codes in clear, and every attempt in the audit log', async () => {
    const person = await withSecondFactor('quiet');
    const otp = codeOf(person.secret);
    const [recoveryCode = ''] = person.recoveryCodes;
    await person.signIn();
    await person.signIn({ otp: '000000' });
    await person.signIn({ otp });
    await person.console({ otp: recoveryCode });
    const { database } = server.app.services;
    const rows = await database.tenant(a.accountId, async (tx) => [
      ...(await tx.rows(
        'select f.*, r.code_hash from second_factors f join recovery_codes r using (account_id, user_id)',
      )),
      ...(await tx.rows('select * from audit_events')),
    ]);
    const text = JSON.stringify(rows, (_, value) =>
      value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
    );
    const raw = Buffer.from(Secret.fromBase32(person.secret).bytes).toString('latin1');
    for (const secret of [person.secret, raw, recoveryCode, recoveryCode.replaceAll('-', ''), otp])
      assert.ok(!text.includes(JSON.stringify(secret).slice(1, -1)), secret);
    const events = await a.call('POST', '/v1/audit', { actor: person.userId, action: 'auth.signed_in' });
    const told = events.body.map((event: { outcome: string; object_ids: { second_factor?: string } }) => [
      event.outcome,
      event.object_ids.second_factor ?? null,
    ]);
    assert.deepEqual(told, [
      ['done', 'recovery_code'],
      ['done', 'code'],
      ['refused', 'wrong'],
      ['refused', 'needed'],
      ['done', null],
    ]);
  });
});

describe('an account that demands a second factor', () => {
  const demand = (person: Person, second_factor_required: boolean) =>
    person.call('PATCH', '/v1/account', { second_factor_required });
  const demanded = [403, 'second_factor_demanded'];

  test('lets who has none do nothing but set one up, on the next call, by token and by cookie', async () => {
    const ruler = await newPerson('ruler', 'ACCOUNT_ADMIN');
    assert.deepEqual(refusal(await demand(ruler, true)), [400, 'own_second_factor_first']);
    const admin = await withSecondFactor('ruling', 'ACCOUNT_ADMIN');
    const editor = await newPerson('without');
    const service = await newPerson('service', 'API_CLIENT');
    const session = await editor.console();
    const cookie = String(session.headers.get('set-cookie')).split(';')[0] ?? '';
    const byCookie = (method: string, path: string, body?: unknown) =>
      send(server.url, method, path, body, {
        token: null,
        headers: { cookie, 'x-csrf-token': session.body.csrf_token },
      });
    assert.equal(session.body.needs_second_factor, false);
    assert.equal((await byCookie('POST', '/v1/workspace', {})).status, 200);
    assert.deepEqual(refusal(await demand(editor, true)), [403, 'forbidden']);

    const turnedOn = await demand(admin, true);
    assert.equal(turnedOn.body.second_factor_required, true, turnedOn.text);
    assert.ok(turnedOn.body.people_without_second_factor >= 2);
    try {
      for (const call of [byCookie, editor.call]) {
        assert.deepEqual(refusal(await call('POST', '/v1/workspace', {})), demanded);
        assert.deepEqual(refusal(await call('POST', '/v1/cpf', { workspace_id: a.workspaceId })), demanded);
        assert.deepEqual(refusal(await call('POST', '/v1/role', {})), demanded);
        assert.deepEqual(refusal(await call('POST', '/v1/session', {})), demanded);
        assert.equal((await call('POST', '/v1/otp', {})).body.is_required, true);
      }
      assert.deepEqual(refusal(await ruler.call('PATCH', '/v1/account', { second_factor_required: false })), demanded);
      assert.deepEqual(refusal(await editor.call('GET', '/v1/auth', undefined)), demanded, 'nor are tokens made anew');
      assert.equal((await service.call('POST', '/v1/workspace', {})).status, 200, 'a program goes on');
      // Nor does a new session tell more, or an answer what there is.
      const anew = await editor.console();
      for (const { body } of [anew, await byCookie('GET', '/v1/session')]) {
        assert.equal(body.needs_second_factor, true);
        assert.deepEqual([body.permissions, body.workspaces], [[], []]);
      }
      const events = await admin.call('POST', '/v1/audit', { action: 'access.refused', page_size: 100 });
      const codes = events.body.map((event: { object_ids: { code: string } }) => event.object_ids.code);
      assert.ok(codes.filter((code: string) => code === 'second_factor_demanded').length >= 10);

      const { secret } = (await byCookie('PUT', '/v1/otp', { password: PASSWORD })).body;
      assert.deepEqual(refusal(await byCookie('POST', '/v1/workspace', {})), demanded, 'not confirmed yet');
      assert.equal((await byCookie('PATCH', '/v1/otp', { otp: codeOf(secret) })).status, 200);
      assert.equal((await byCookie('POST', '/v1/workspace', {})).status, 200);
      assert.deepEqual((await byCookie('GET', '/v1/session')).body.workspaces.length > 0, true);
      now += 2 * STEP_MS;
      const off = { password: PASSWORD, otp: codeOf(secret) };
      assert.deepEqual(refusal(await byCookie('DELETE', '/v1/otp', off)), [400, 'second_factor_kept']);
      assert.equal((await editor.signIn({ otp: codeOf(secret) })).status, 200, 'and the code was not spent');
    } finally {
      assert.equal((await demand(admin, false)).body.second_factor_required, false);
    }
    assert.equal((await ruler.call('POST', '/v1/workspace', {})).status, 200);
    const kept = await admin.call('POST', '/v1/audit', { action: 'account.changed' });
    assert.deepEqual(
      kept.body.map((event: { object_ids: unknown }) => event.object_ids),
      [{ second_factor_required: false }, { second_factor_required: true }],
    );
  });

  test('leaves other accounts alone', async () => {
    const admin = await withSecondFactor('neighbour', 'ACCOUNT_ADMIN');
    await demand(admin, true);
    try {
      const other = await server.b.call('POST', '/v1/account', {});
      assert.equal(other.body.second_factor_required, false, other.text);
      assert.equal((await server.b.call('POST', '/v1/workspace', {})).status, 200);
    } finally {
      await demand(admin, false);
    }
  });
});
