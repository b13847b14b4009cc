import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import type pg from 'pg';
import { beginRotation } from '../src/product/keys/rotate-account-keys.ts';
import { connectAsOwner } from './database-digest.ts';
import { type Answer, send, startTestServer, type Tenant, type TestServer, until } from './harness.ts';

// Whoever may write the database puts sealed bytes where they do not belong, or alters them. Read through the API nothing
// of it is accepted: an error, and not one of the values. What is put back as it was opens again.

const MARKS = { target: 'Tamara', row: 'Roberta', sibling: 'Sibylle', other: 'Ottilie' };
const FLIPS = 200;

let server: TestServer;
let client: pg.Client;

type Customer = { tenant: Tenant; workspaceId: string; groupId: string; customerId: string };
const customers = {} as Record<keyof typeof MARKS, Customer>;

async function ok(tenant: Tenant, method: string, path: string, body: unknown, headers = {}) {
  const answer = await tenant.call(method, path, body, { headers });
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
}

/** A workspace with these customers, all of the same number where they can be. */
async function filled(tenant: Tenant, workspace_id: string, names: readonly (keyof typeof MARKS)[]): Promise<void> {
  const group = await ok(tenant, 'PUT', '/v1/cg', { workspace_id, group_name: 'Sealed' });
  for (const field of [{ field_name: 'number', is_unique: true }, { field_name: 'first_name' }])
    await ok(tenant, 'PUT', '/v1/cpf', { workspace_id, field_type: 'string', is_sensitive: true, ...field });
  for (const name of names) {
    const { customer_group_id } = group;
    const only = await ok(tenant, 'PUT', '/v1/cg', { workspace_id, group_name: `Only ${name}` });
    for (const id of [customer_group_id, only.customer_group_id])
      await ok(tenant, 'POST', '/v1/customer/check', {
        workspace_id,
        customer_group_id: id,
        customer_data: [{ number: name === 'row' ? 'C-2' : 'C-1', first_name: MARKS[name] }],
      });
    const ids = { workspace_id, customer_group_id: only.customer_group_id };
    const [{ customer_id }] = await ok(tenant, 'POST', '/v1/customer', { ...ids, page: 1, page_size: 1 });
    customers[name] = {
      tenant,
      workspaceId: workspace_id,
      groupId: only.customer_group_id,
      customerId: customer_id,
    };
  }
}

before(async () => {
  server = await startTestServer({ keyTiming: { refreshMs: 100, sealsAfterMs: 500, dropsAfterMs: 1_000 } });
  client = await connectAsOwner(server.databaseUrl);
  const { a, b } = server;
  const sibling = await ok(a, 'PUT', '/v1/workspace', { workspace_name: 'Sibling' });
  await filled(a, a.workspaceId, ['target', 'row']);
  await filled(a, sibling.workspace_id, ['sibling']);
  await filled(b, b.workspaceId, ['other']);
});
after(() => client.end());

const decrypted = ({ tenant, workspaceId, groupId }: Customer) =>
  tenant.call('POST', '/v1/customer', {
    workspace_id: workspaceId,
    customer_group_id: groupId,
    page: 1,
    page_size: 10,
    decrypt: true,
  });

async function envelopeOf({ tenant, customerId }: Customer): Promise<Buffer> {
  const { rows } = await client.query(
    'select sealed_profile from customers where account_id = $1 and customer_id = $2',
    [tenant.accountId, customerId],
  );
  return rows[0].sealed_profile;
}

async function put({ tenant, customerId }: Customer, envelope: Buffer): Promise<void> {
  const { rowCount } = await client.query(
    'update customers set sealed_profile = $3 where account_id = $1 and customer_id = $2',
    [tenant.accountId, customerId, envelope],
  );
  assert.equal(rowCount, 1);
}

function refused(answer: Answer, what: string): void {
  assert.equal(answer.status, 500, `${what}: ${answer.text}`);
  for (const mark of Object.values(MARKS)) assert.ok(!answer.text.includes(mark), `${what}: ${answer.text}`);
}

async function opens(customer: Customer, mark: string): Promise<void> {
  const answer = await decrypted(customer);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body[0].profile.first_name, mark);
}

describe('sealed bytes in the database', () => {
  test('of another row, workspace or account are not accepted, nor is any flipped bit or cut', async () => {
    const { target } = customers;
    const whole = await envelopeOf(target);
    for (const from of ['row', 'sibling', 'other'] as const) {
      await put(target, await envelopeOf(customers[from]));
      refused(await decrypted(target), `of another ${from}`);
    }
    for (let flip = 0; flip < FLIPS; flip += 1) {
      const altered = Buffer.from(whole);
      const bit = randomInt(whole.length * 8);
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await put(target, altered);
      refused(await decrypted(target), `bit ${bit} flipped`);
    }
    for (const length of [0, 1, 20, whole.length - 1]) {
      await put(target, whole.subarray(0, length));
      refused(await decrypted(target), `cut to ${length}`);
    }
    // The row itself in another workspace, under its own key: no policy looks at bytes, the seal does.
    await put(target, whole);
    await opens(target, MARKS.target);
    await opens(customers.row, MARKS.row);
  });

  test('of another version of the key are not accepted, whatever their head says', async () => {
    const { target } = customers;
    const { services } = server.app;
    const old = await envelopeOf(target);
    const { accountId } = target.tenant;
    const jobId = await beginRotation(services, accountId);
    await until(
      async () =>
        (await target.tenant.call('POST', '/v1/job', { workspace_id: target.workspaceId, job_id: jobId })).body
          .status === 'completed',
      60_000,
    );
    const now = await envelopeOf(target);
    assert.deepEqual([old.readUInt16BE(1), now.readUInt16BE(1)], [1, 2]);
    await opens(target, MARKS.target);
    const headed = (head: Buffer, bytes: number, body: Buffer) =>
      Buffer.concat([head.subarray(0, bytes), body.subarray(bytes)]);
    for (const [what, envelope] of [
      ['of the destroyed version', old],
      ['of the destroyed version, said to be of the new one', headed(now, 3, old)],
      ['of the destroyed version, with the commitment of the new one', headed(now, 19, old)],
      ['of the new version, said to be of the old one', headed(old, 3, now)],
      ['of the new version, with the commitment of the old one', headed(old, 19, now)],
      ['of a version that never was', headed(Buffer.from([2, 0, 9]), 3, now)],
    ] as const) {
      await put(target, envelope);
      refused(await decrypted(target), what);
    }
    await put(target, now);
    await opens(target, MARKS.target);
  });

  test('of kept answers, of refused rows and of second factors are not accepted elsewhere', async () => {
    const { a } = server;
    const workspace_id = a.workspaceId;
    const keys = [randomUUID(), randomUUID()] as const;
    const made = (key: string, group_name: string) =>
      a.call('PUT', '/v1/cg', { workspace_id, group_name }, { headers: { 'idempotency-key': key } });
    const [first, second] = [await made(keys[0], 'First answer'), await made(keys[1], 'Second answer')];
    assert.deepEqual([first.status, second.status], [200, 200]);
    const swapped = await client.query(
      `update kept_answers k set sealed_answer = o.sealed_answer from kept_answers o
       where k.account_id = $1 and o.account_id = $1 and k.user_id = o.user_id and k.key_hash <> o.key_hash`,
      [a.accountId],
    );
    assert.equal(swapped.rowCount, 2);
    const replayed = await made(keys[0], 'First answer');
    assert.ok(replayed.status === 500 && !replayed.text.includes('answer'), replayed.text);

    const { customer_group_id } = await ok(a, 'PUT', '/v1/cg', { workspace_id, group_name: 'Refused' });
    const importOf = async (name: string) =>
      (
        await ok(a, 'POST', '/v1/customer/check', {
          workspace_id,
          customer_group_id,
          on_error: 'skip',
          customer_data: [{ first_name: name }, { number: `N-${name}`, first_name: name }],
        })
      ).import_id as string;
    const [ours, theirs] = [await importOf(MARKS.target), await importOf(MARKS.row)];
    const repair = () => a.call('POST', '/v1/customer/imports', { workspace_id, import_id: ours, format: 'csv' });
    assert.ok((await repair()).text.includes(MARKS.target));
    const moved = await client.query(
      `update import_failed_rows r set sealed_row = o.sealed_row from import_failed_rows o
       where r.account_id = $1 and o.account_id = $1 and r.import_id = $2 and o.import_id = $3`,
      [a.accountId, ours, theirs],
    );
    assert.equal(moved.rowCount, 1);
    const broken = await repair().catch((error: Error) => error);
    const text = broken instanceof Error ? '' : broken.text;
    for (const mark of Object.values(MARKS)) assert.ok(!text.includes(mark), text);
    assert.ok(broken instanceof Error || broken.status !== 200, 'a repair file of altered rows');

    // Whose second factor it is counts: the secret of one's own app, put into another user's row, opens nothing.
    const password = 'a long and secret sentence';
    const people = await Promise.all(
      ['thief', 'victim'].map(async (name) => {
        const email = `${name}@example.test`;
        const { user_id } = await ok(a, 'PUT', '/v1/user', { email, password, role_code: 'EDITOR' });
        const signIn = (otp?: string) =>
          send(
            server.url,
            'POST',
            '/v1/auth',
            { email, password, ...(otp && { otp }) },
            { token: null, headers: { 'x-api-key': a.apiKey } },
          );
        const token = (await signIn()).body.access_token;
        const { secret } = (await a.call('PUT', '/v1/otp', { password }, { token })).body;
        const totp = new TOTP({ secret: Secret.fromBase32(secret) });
        const at = (steps: number) => totp.generate({ timestamp: Date.now() + steps * 30_000 });
        assert.equal((await a.call('PATCH', '/v1/otp', { otp: at(-1) }, { token })).status, 200);
        return { user_id, signIn, at };
      }),
    );
    const [thief, victim] = people;
    assert.ok(thief !== undefined && victim !== undefined);
    await client.query(
      `update second_factors s set sealed_secret = o.sealed_secret from second_factors o
       where s.account_id = $1 and s.user_id = $2 and o.account_id = $1 and o.user_id = $3`,
      [a.accountId, victim.user_id, thief.user_id],
    );
    assert.equal((await victim.signIn(thief.at(0))).status, 500);
    assert.equal((await thief.signIn(thief.at(0))).status, 200);
  });
});
