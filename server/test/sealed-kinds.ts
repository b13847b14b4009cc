import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type pg from 'pg';
import { lockCampaignForJob } from '../src/product/campaigns/lock-campaign.ts';
import { eachMember } from '../src/product/customers/copied-members.ts';
import { closeCall, openCall } from '../src/product/model-calls/book-calls.ts';
import { openProfiles } from '../src/product/sealing/profile-envelope.ts';
import { SealBroken } from '../src/product/sealing/seal-broken.ts';
import { readSnapshot, type SnapshotRow, takeSnapshot } from '../src/product/snapshots/snapshot.ts';
import { send, type Tenant, type TestServer } from './harness.ts';

/** Who has sealed things: the one that is read, another row beside it, one in a sibling workspace, and one in another account. */
export const MARKS = { target: 'Tamara', row: 'Roberta', sibling: 'Sibylle', other: 'Ottilie' };
export type Spot = keyof typeof MARKS;
export type Owner = { tenant: Tenant; workspaceId: string; groupId: string; customerId: string };
export type Owners = Readonly<Record<Spot, Owner>>;

/** A row of a table: its account, and the value of the column that tells it from others. */
export type Row = { accountId: string; key: string | Buffer };

/** One sealed column, with a row for each owner, and how the target's is read. */
export type SealedKind = {
  table: string;
  column: string;
  keyColumn: string;
  /** Where the key alone does not name one row. */
  only?: string;
  /** Without a sibling where it belongs to no workspace. */
  rows: Partial<Record<Spot, Row>> & { target: Row };
  /** As a caller reads it; status 0 where the answer broke off. */
  read(): Promise<{ status: number; text: string }>;
  /** How it is answered while it opens. */
  good: { status: number; text: string };
  /** How it is answered when nothing is left of it, where that means something: none of the values either. */
  empty?: number;
  /** What must not be told when it does not open. */
  secrets: readonly string[];
};

const SPOTS = Object.keys(MARKS) as Spot[];
const secrets = Object.values(MARKS);

async function forAll<T>(owners: Owners, make: (owner: Owner, spot: Spot) => Promise<T>): Promise<Record<Spot, T>> {
  const made: Partial<Record<Spot, T>> = {};
  for (const spot of SPOTS) made[spot] = await make(owners[spot], spot);
  return made as Record<Spot, T>;
}

async function ok({ tenant, workspaceId }: Owner, method: string, path: string, body: Record<string, unknown>) {
  const answer = await tenant.call(method, path, { workspace_id: workspaceId, ...body });
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
}

const rowsOf = (owners: Owners, keys: Record<Spot, string>) => {
  const row = (spot: Spot): Row => ({ accountId: owners[spot].tenant.accountId, key: keys[spot] });
  return { target: row('target'), row: row('row'), sibling: row('sibling'), other: row('other') };
};

const broken = () => ({ status: 0, text: '' });

function customers(owners: Owners): SealedKind {
  const { tenant, workspaceId, groupId } = owners.target;
  const page = { customer_group_id: groupId, page: 1, page_size: 10, decrypt: true };
  return {
    table: 'customers',
    column: 'sealed_profile',
    keyColumn: 'customer_id',
    rows: rowsOf(owners, {
      target: owners.target.customerId,
      row: owners.row.customerId,
      sibling: owners.sibling.customerId,
      other: owners.other.customerId,
    }),
    read: () => tenant.call('POST', '/v1/customer', { workspace_id: workspaceId, ...page }),
    good: { status: 200, text: MARKS.target },
    secrets,
  };
}

/** A file of which two rows fail; its header has a column of its own, which no field takes. */
async function imports(owners: Owners): Promise<SealedKind[]> {
  const columnOf = (spot: Spot) => `column_of_${spot}`;
  const ids = await forAll(owners, async (owner, spot) => {
    const [mark, column] = [MARKS[spot], columnOf(spot)];
    const made = await ok(owner, 'POST', '/v1/customer/check', {
      customer_group_id: owner.groupId,
      on_error: 'skip',
      field_map: { [column]: null },
      data_file: `number,first_name,${column}\n,${mark},1,too many\n,${mark} again,2,too many\n`,
    });
    assert.equal(made.failed, 2);
    return made.import_id as string;
  });
  const { tenant, workspaceId } = owners.target;
  // An answer that has begun breaks off: the client then says so.
  const read = () =>
    tenant
      .call('POST', '/v1/customer/imports', { workspace_id: workspaceId, import_id: ids.target, format: 'csv' })
      .catch(broken);
  const common = { keyColumn: 'import_id', rows: rowsOf(owners, ids), read };
  return [
    {
      ...common,
      table: 'imports',
      column: 'sealed_header',
      good: { status: 200, text: columnOf('target') },
      secrets: [...SPOTS.map(columnOf), ...secrets],
    },
    {
      ...common,
      table: 'import_failed_rows',
      column: 'sealed_row',
      only: 'row_number = 1',
      good: { status: 200, text: MARKS.target },
      secrets,
    },
  ];
}

async function answers(owners: Owners, client: pg.Client): Promise<SealedKind> {
  const keys: Partial<Record<Spot, Row>> = {};
  const asked = async (owner: Owner, mark: string, key: string) =>
    owner.tenant.call(
      'PUT',
      '/v1/cg',
      { workspace_id: owner.workspaceId, group_name: `Answer to ${mark}` },
      { headers: { 'idempotency-key': key } },
    );
  const sent = randomUUID();
  for (const spot of ['target', 'row', 'other'] as const) {
    const answer = await asked(owners[spot], MARKS[spot], spot === 'target' ? sent : randomUUID());
    assert.equal(answer.status, 200, answer.text);
    const { accountId } = owners[spot].tenant;
    const { rows } = await client.query(
      'select key_hash from kept_answers where account_id = $1 order by created_at desc limit 1',
      [accountId],
    );
    keys[spot] = { accountId, key: rows[0].key_hash };
  }
  return {
    table: 'kept_answers',
    column: 'sealed_answer',
    keyColumn: 'key_hash',
    rows: keys as SealedKind['rows'],
    read: () => asked(owners.target, MARKS.target, sent),
    good: { status: 200, text: MARKS.target },
    // An answer that was too long to keep.
    empty: 409,
    secrets,
  };
}

/** Users with an app. A wrong code is refused once the secret is opened, which takes the place of reading it. */
async function secondFactors(owners: Owners, url: string, client: pg.Client): Promise<SealedKind> {
  const password = 'a long and secret sentence';
  const signIn = async ({ tenant }: Owner, email: string, otp?: string) =>
    send(
      url,
      'POST',
      '/v1/auth',
      { email, password, ...(otp && { otp }) },
      { token: null, headers: { 'x-api-key': tenant.apiKey } },
    );
  const emailOf = (spot: Spot) => `${spot}@example.test`;
  const rows: Partial<Record<Spot, Row>> = {};
  for (const spot of ['target', 'row', 'other'] as const) {
    const owner = owners[spot];
    const email = emailOf(spot);
    const { user_id } = await ok(owner, 'PUT', '/v1/user', {
      workspace_id: undefined,
      email,
      password,
      role_code: 'EDITOR',
    });
    const token = (await signIn(owner, email)).body.access_token;
    const { secret } = (await owner.tenant.call('PUT', '/v1/otp', { password }, { token })).body;
    const otp = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
    assert.equal((await owner.tenant.call('PATCH', '/v1/otp', { otp }, { token })).status, 200);
    rows[spot] = { accountId: owner.tenant.accountId, key: user_id };
  }
  return {
    table: 'second_factors',
    column: 'sealed_secret',
    keyColumn: 'user_id',
    rows: rows as SealedKind['rows'],
    read: async () => {
      // So many wrong codes would be too many attempts.
      await client.query('delete from sign_in_attempts');
      return signIn(owners.target, emailOf('target'), '000000');
    },
    good: { status: 403, text: 'sign_in_refused' },
    secrets,
  };
}

async function modelCalls(owners: Owners, { app }: TestServer): Promise<SealedKind[]> {
  const { database, keyring } = app.services;
  const campaigns: Partial<Record<Spot, string>> = {};
  const ids = await forAll(owners, async (owner, spot) => {
    const { accountId } = owner.tenant;
    const brief = { objective: 'x', product: 'x', call_to_action: 'x' };
    const shape = { campaign_name: `Asks ${spot}`, brief, channels: [{ channel: 'sms' }], segment_by: [] };
    const { campaign_id } = await ok(owner, 'PUT', '/v1/campaign', { customer_group_id: owner.groupId, ...shape });
    campaigns[spot] = campaign_id;
    const keys = await keyring.forAccount(accountId);
    const purpose = {
      accountId,
      workspaceId: owner.workspaceId,
      campaignId: campaign_id,
      jobId: randomUUID(),
      jobAttempt: 1,
      runNumber: 1,
      segmentId: randomUUID(),
      channel: 'sms' as const,
      contextHash: 'x',
      writer: 'fake',
    };
    const mostTokens = { input: 1, output: 1 };
    const question = { model: 'm', prompt: `Asked for ${MARKS[spot]}`, mostTokens, price: null };
    return database.tenant(accountId, async (tx) => {
      const campaign = await lockCampaignForJob(tx, accountId, campaign_id);
      assert.ok(campaign !== undefined);
      const callId = await openCall(tx, keys, campaign, purpose, question);
      const end = { status: 'answered', text: `Told ${MARKS[spot]}`, inputTokens: 1, outputTokens: 1 } as const;
      await closeCall(tx, keys, purpose, callId, end, question);
      return callId;
    });
  });
  const { tenant, workspaceId } = owners.target;
  const body = { workspace_id: workspaceId, campaign_id: campaigns.target };
  const kind = (column: string, text: string): SealedKind => ({
    table: 'model_calls',
    column,
    keyColumn: 'model_call_id',
    rows: rowsOf(owners, ids),
    read: () => tenant.call('POST', '/v1/campaign/model-calls', body),
    good: { status: 200, text },
    secrets,
  });
  return [kind('sealed_prompt', `Asked for ${MARKS.target}`), kind('sealed_answer', `Told ${MARKS.target}`)];
}

/** Profiles as they were when a snapshot was taken, read as an export reads them. */
async function snapshots(owners: Owners, { app }: TestServer): Promise<SealedKind> {
  const { database, keyring, clock } = app.services;
  const taken: Partial<Record<Spot, SnapshotRow>> = {};
  await forAll(owners, async (owner, spot) => {
    const { accountId } = owner.tenant;
    const ids = { accountId, workspaceId: owner.workspaceId, groupId: owner.groupId, snapshotId: randomUUID() };
    taken[spot] = await database.tenant(accountId, (tx) => takeSnapshot(tx, ids, clock.now()));
    const changed = { number: spot === 'row' ? 'C-2' : 'C-1', city: 'Moved since' };
    const answer = await ok(owner, 'PATCH', '/v1/customer', { customer_data: changed });
    assert.equal(answer.updated, 1);
  });
  const { target } = taken;
  assert.ok(target !== undefined);
  return {
    table: 'snapshot_profiles',
    column: 'sealed_profile',
    keyColumn: 'customer_id',
    rows: customers(owners).rows,
    read: async () => {
      const { members } = await readSnapshot(database, target, 0, target.last_position);
      const profiles: { customerId: Uint8Array; envelope: Buffer }[] = [];
      eachMember(members, (_position, customerId, envelope) => profiles.push({ customerId, envelope }));
      const place = { accountId: target.account_id, workspaceId: target.workspace_id };
      let text = '';
      try {
        openProfiles(await keyring.forAccount(target.account_id), place, profiles, (plaintext) => {
          text += plaintext.toString();
        });
      } catch (error) {
        assert.ok(error instanceof SealBroken);
        return { status: 500, text };
      }
      assert.ok(!text.includes('Moved since'), text);
      return { status: 200, text };
    },
    good: { status: 200, text: MARKS.target },
    secrets,
  };
}

/** Every sealed column there is, with something in it. */
export async function sealedKinds(owners: Owners, server: TestServer, client: pg.Client): Promise<SealedKind[]> {
  return [
    customers(owners),
    ...(await imports(owners)),
    await answers(owners, client),
    await secondFactors(owners, server.url, client),
    ...(await modelCalls(owners, server)),
    await snapshots(owners, server),
  ];
}
