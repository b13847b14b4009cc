import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { beginRotation } from '../src/product/keys/rotate-account-keys.ts';
import { connectAsOwner } from './database-digest.ts';
import { isLongForm } from './form.ts';
import { startTestServer, type Tenant, type TestServer, until } from './harness.ts';
import { MARKS, type Owner, type Row, type SealedKind, type Spot, sealedKinds } from './sealed-kinds.ts';

// Whoever may write the database puts sealed bytes where they do not belong, or alters them. Read as callers read it nothing
// of it is accepted: an error, and not one of the values. What is put back as it was opens again.

const FLIPS = 200;
/** Of what is read more slowly than a profile. */
const FEW_FLIPS = isLongForm ? FLIPS : 10;

/** Bytes that are not sealed: hashes, seals and signatures, of which nothing can be read. */
const NOT_SEALED = [
  'api_keys.key_hash',
  'audit_checkpoints.link_hash',
  'audit_checkpoints.signature',
  'audit_events.seal',
  'audit_links.link_hash',
  'customers.profile_digest',
  'imports.content_hash',
  'kept_answers.call_hash',
  'kept_answers.key_hash',
  'password_links.secret_hash',
  'recovery_codes.code_hash',
  'sessions.secret_hash',
  'sign_in_attempts.subject',
  'sign_in_places.place',
];

let server: TestServer;
let client: pg.Client;
let kinds: SealedKind[];

async function ok(tenant: Tenant, method: string, path: string, body: unknown) {
  const answer = await tenant.call(method, path, body);
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
}

async function makeFields(tenant: Tenant, workspace_id: string): Promise<void> {
  for (const field of [{ field_name: 'number', is_unique: true }, { field_name: 'first_name' }, { field_name: 'city' }])
    await ok(tenant, 'PUT', '/v1/cpf', { workspace_id, field_type: 'string', is_sensitive: true, ...field });
}

/** A customer in a group of their own, all of the same number where they can be. */
async function makeOwner(tenant: Tenant, workspace_id: string, spot: Spot): Promise<Owner> {
  const { customer_group_id } = await ok(tenant, 'PUT', '/v1/cg', { workspace_id, group_name: `Only ${spot}` });
  const ids = { workspace_id, customer_group_id };
  const customer_data = [{ number: spot === 'row' ? 'C-2' : 'C-1', first_name: MARKS[spot] }];
  await ok(tenant, 'POST', '/v1/customer/check', { ...ids, customer_data });
  const [{ customer_id }] = await ok(tenant, 'POST', '/v1/customer', { ...ids, page: 1, page_size: 1 });
  return { tenant, workspaceId: workspace_id, groupId: customer_group_id, customerId: customer_id };
}

before(async () => {
  server = await startTestServer({ keyTiming: { refreshMs: 100, sealsAfterMs: 500, dropsAfterMs: 1_000 } });
  client = await connectAsOwner(server.databaseUrl);
  const { a, b } = server;
  const { workspace_id: siblingId } = await ok(a, 'PUT', '/v1/workspace', { workspace_name: 'Sibling' });
  await makeFields(a, a.workspaceId);
  await makeFields(a, siblingId);
  await makeFields(b, b.workspaceId);
  const owners = {
    target: await makeOwner(a, a.workspaceId, 'target'),
    row: await makeOwner(a, a.workspaceId, 'row'),
    sibling: await makeOwner(a, siblingId, 'sibling'),
    other: await makeOwner(b, b.workspaceId, 'other'),
  };
  kinds = await sealedKinds(owners, server, client);
});
after(() => client.end());

const nameOf = ({ table, column }: SealedKind) => `${table}.${column}`;
const kindOf = (name: string) => kinds.find((kind) => nameOf(kind) === name) as SealedKind;
const where = ({ keyColumn, only }: SealedKind, row: string | undefined) =>
  `account_id = $1 and ${keyColumn} = $2${(row ?? only) === undefined ? '' : ` and ${row ?? only}`}`;

async function envelopeOf(kind: SealedKind, { accountId, key }: Row = kind.rows.target, row?: string): Promise<Buffer> {
  const { rows } = await client.query(
    `select ${kind.column} as envelope from ${kind.table} where ${where(kind, row)}`,
    [accountId, key],
  );
  assert.equal(rows.length, 1, nameOf(kind));
  return rows[0].envelope;
}

async function put(kind: SealedKind, envelope: Buffer): Promise<void> {
  const { accountId, key } = kind.rows.target;
  const { rowCount } = await client.query(
    `update ${kind.table} set ${kind.column} = $3 where ${where(kind, undefined)}`,
    [accountId, key, envelope],
  );
  assert.equal(rowCount, 1);
}

async function isRefused(kind: SealedKind, envelope: Buffer, what: string): Promise<void> {
  await put(kind, envelope);
  const { status, text } = await kind.read();
  const told = `${nameOf(kind)} ${what}: ${status} ${text}`;
  assert.ok(status === 500 || status === 0 || (envelope.length === 0 && status === kind.empty), told);
  for (const secret of kind.secrets) assert.ok(!text.includes(secret), told);
}

async function opens(kind: SealedKind): Promise<void> {
  const { status, text } = await kind.read();
  assert.deepEqual([status, text.includes(kind.good.text)], [kind.good.status, true], `${nameOf(kind)}: ${text}`);
}

describe('sealed bytes in the database', () => {
  test('stand in no column that is not tried here', async () => {
    const { rows } = await client.query<{ name: string }>(
      `select table_name || '.' || column_name as name from information_schema.columns
       where table_schema = 'public' and data_type = 'bytea'`,
    );
    assert.deepEqual(rows.map(({ name }) => name).sort(), [...kinds.map(nameOf), ...NOT_SEALED].sort());
    for (const kind of kinds) await opens(kind);
  });

  test('of another row, workspace or account are not accepted, nor is any flipped bit or cut', async () => {
    for (const kind of kinds) {
      const whole = await envelopeOf(kind);
      for (const [spot, row] of Object.entries(kind.rows))
        if (spot !== 'target') await isRefused(kind, await envelopeOf(kind, row), `of another ${spot}`);
      const flips = kind.table === 'customers' ? FLIPS : FEW_FLIPS;
      for (let flip = 0; flip < flips; flip += 1) {
        const altered = Buffer.from(whole);
        const bit = randomInt(whole.length * 8);
        altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        await isRefused(kind, altered, `bit ${bit} flipped`);
      }
      for (const length of [0, 1, 20, whole.length - 1])
        await isRefused(kind, whole.subarray(0, length), `cut to ${length}`);
      await put(kind, whole);
      await opens(kind);
    }
  });

  test('of another column, or another row of the same import, are not accepted', async () => {
    const [prompt, answer] = [kindOf('model_calls.sealed_prompt'), kindOf('model_calls.sealed_answer')];
    const [header, row] = [kindOf('imports.sealed_header'), kindOf('import_failed_rows.sealed_row')];
    for (const [kind, envelope, what] of [
      [prompt, await envelopeOf(answer), 'an answer as its question'],
      [answer, await envelopeOf(prompt), 'a question as its answer'],
      [header, await envelopeOf(row), 'a row as the header'],
      [row, await envelopeOf(header), 'the header as a row'],
      [row, await envelopeOf(row, row.rows.target, 'row_number = 2'), 'the next row'],
    ] as const) {
      const whole = await envelopeOf(kind);
      await isRefused(kind, envelope, what);
      await put(kind, whole);
      await opens(kind);
    }
    // Nor where the answer is taken away, so that there is nothing left to compare it with.
    const [question, told] = [await envelopeOf(prompt), await envelopeOf(answer)];
    await client.query('update model_calls set sealed_answer = null where account_id = $1 and model_call_id = $2', [
      answer.rows.target.accountId,
      answer.rows.target.key,
    ]);
    await isRefused(prompt, told, 'an answer as the only thing there is');
    await put(prompt, question);
    await put(answer, told);
    await opens(answer);
  });

  test('of another version of the key are not accepted, whatever their head says', async () => {
    const { services } = server.app;
    const { accountId, workspaceId: workspace_id, call } = server.a;
    const olds = new Map<SealedKind, Buffer>();
    for (const kind of kinds) olds.set(kind, await envelopeOf(kind));
    const job_id = await beginRotation(services, accountId);
    await until(
      async () => (await call('POST', '/v1/job', { workspace_id, job_id })).body.status === 'completed',
      60_000,
    );
    const headed = (head: Buffer, bytes: number, body: Buffer) =>
      Buffer.concat([head.subarray(0, bytes), body.subarray(bytes)]);
    for (const [kind, old] of olds) {
      const now = await envelopeOf(kind);
      assert.deepEqual([old.readUInt16BE(1), now.readUInt16BE(1)], [1, 2], nameOf(kind));
      await opens(kind);
      for (const [what, envelope] of [
        ['of the destroyed version', old],
        ['of the destroyed version, said to be of the new one', headed(now, 3, old)],
        ['of the destroyed version, with the commitment of the new one', headed(now, 19, old)],
        ['of the new version, said to be of the old one', headed(old, 3, now)],
        ['of the new version, with the commitment of the old one', headed(old, 19, now)],
        ['of a version that never was', headed(Buffer.from([2, 0, 9]), 3, now)],
      ] as const)
        await isRefused(kind, envelope, what);
      await put(kind, now);
      await opens(kind);
    }
  });
});
