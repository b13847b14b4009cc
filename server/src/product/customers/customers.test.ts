import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Answer, startTestServer, type TestServer, until } from '../../../test/harness.ts';
import { holdGroup, releaseGroups } from '../groups/hold.ts';
import { newGroup, type TestWorkspace, testWorkspace } from './test-workspace.ts';

type Event = { action: string; object_ids: Record<string, unknown> };

describe('customers', () => {
  let server: TestServer;
  let space: TestWorkspace;
  let workspace: { workspace_id: string };

  before(async () => {
    server = await startTestServer();
    space = await testWorkspace(server.a);
    workspace = { workspace_id: server.a.workspaceId };
  });

  async function load(groupName: string, emails: string[]): Promise<string> {
    const groupId = await newGroup(server.a, groupName);
    const answer = await space.check({
      customer_group_id: groupId,
      customer_data: emails.map((email) => ({ email, name: `Name of ${email}`, city: 'Rome' })),
    });
    assert.equal(answer.status, 200, answer.text);
    return groupId;
  }
  const page = async (groupId: string, number: number, size: number) =>
    (
      await server.a.call('POST', '/v1/customer', {
        ...workspace,
        customer_group_id: groupId,
        page: number,
        page_size: size,
      })
    ).body as { customer_id: string }[];
  const pages = async (groupId: string, size: number) =>
    (
      await server.a.call('POST', '/v1/customer/pages', {
        ...workspace,
        customer_group_id: groupId,
        page_size: size,
      })
    ).body;
  const find = async (emails: string[]) =>
    (
      await server.a.call('POST', '/v1/customer/find', {
        ...workspace,
        identifiers: emails.map((email) => ({ email })),
      })
    ).body as { customer_id: string; groups: { group_name: string }[] }[];
  const events = (action: string) =>
    server.app.services.database.tenant(server.a.accountId, (tx) =>
      tx.rows<Event>(
        'select action, object_ids from audit_events where account_id = $1 and action = $2 order by event_id limit 100',
        [server.a.accountId, action],
      ),
    );
  /** What the audit log says of somebody, the newest first. */
  const toldOf = async (customerId: string | undefined) =>
    (await server.a.call('POST', '/v1/audit', { object: customerId })).body as (Event & {
      actor_user_id: string;
      request_id: string;
    })[];
  const emailsOf = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${prefix}${index + 1}@x.example`);

  test('a walk over the pages meets everyone who stays exactly once while others go', async () => {
    const groupId = await load('Walk', emailsOf('walk', 95));
    assert.deepEqual(await pages(groupId, 10), { pages: 10, page_size: 10, total_customers: 95 });
    const all = (await page(groupId, 1, 1_000)).map((member) => member.customer_id);
    const gone = new Set([all[3], all[12], all[33], all[34], all[94]]);
    const met: string[] = [];
    for (let number = 1; number <= 10; number += 1) {
      met.push(...(await page(groupId, number, 10)).map((member) => member.customer_id));
      if (number === 2) {
        const deleted = await server.a.call('DELETE', '/v1/customer', { ...workspace, customer_ids: [...gone] });
        assert.deepEqual(deleted.body, { deleted: 5, not_found: 0 });
      }
    }
    assert.equal(new Set(met).size, met.length);
    const stayed = all.filter((id) => !gone.has(id));
    assert.deepEqual(
      met.filter((id) => !gone.has(id)),
      stayed,
    );
    assert.deepEqual(await pages(groupId, 10), { pages: 10, page_size: 10, total_customers: 90 });
    assert.deepEqual(await page(groupId, 11, 10), []);
    assert.deepEqual(await page(groupId, 1_000_000_000, 1_000), []);
    await server.a.call('DELETE', '/v1/customer', { ...workspace, customer_ids: stayed });
    assert.deepEqual(await pages(groupId, 10), { pages: 0, page_size: 10, total_customers: 0 });
  });

  test('members leave a group without being erased, and join again at its end', async () => {
    const groupId = await load('Leavers', emailsOf('leave', 3));
    const [first] = await page(groupId, 1, 10);
    const left = await server.a.call('DELETE', '/v1/cg/members', {
      ...workspace,
      customer_group_id: groupId,
      customer_ids: [first?.customer_id, first?.customer_id, 'no-such', server.a.userId],
    });
    assert.deepEqual(left.body, { removed: 1, not_found: 2 }, left.text);
    assert.deepEqual((await find(['leave1@x.example']))[0]?.groups, []);
    await space.check({ customer_group_id: groupId, customer_data: { email: 'leave1@x.example' } });
    assert.equal((await page(groupId, 1, 10)).at(-1)?.customer_id, first?.customer_id);
    assert.equal((await pages(groupId, 10)).total_customers, 3);
  });

  test('find and export name a person by identifiers; the export is audited without personal data', async () => {
    await load('Found', emailsOf('found', 2));
    await space.check({ customer_data: { email: 'found1@x.example', phone: '+99' } });
    const [found] = await find([' FOUND1@x.example ', 'nobody@x.example']);
    assert.equal(found?.groups.length, 2);
    const both = { ...workspace, identifiers: [{ email: 'found1@x.example', phone: '+99' }] };
    assert.equal((await server.a.call('POST', '/v1/customer/find', both)).body.length, 1);
    const mixed = { ...workspace, identifiers: [{ email: 'found2@x.example', phone: '+99' }] };
    assert.deepEqual((await server.a.call('POST', '/v1/customer/find', mixed)).body, []);
    for (const identifiers of [[{ name: 'Ada' }], [{ shoe: 1 }], [{ email: 'broken' }], [{ email: ' ' }], [{}], []]) {
      const refused = await server.a.call('POST', '/v1/customer/find', { ...workspace, identifiers });
      assert.equal(refused.status, 400, JSON.stringify(identifiers));
    }
    const exported = await server.a.call('POST', '/v1/customer/export', {
      ...workspace,
      identifier: { phone: '+99' },
    });
    assert.equal(exported.body.profile.email, 'found1@x.example');
    assert.deepEqual(exported.body.identifiers, ['email', 'phone']);
    const [event] = await events('customer.exported');
    assert.deepEqual(event?.object_ids, { customer_id: found?.customer_id });
    const nobody = await server.a.call('POST', '/v1/customer/export', { ...workspace, customer_id: server.a.userId });
    assert.deepEqual([nobody.status, nobody.body.code], [400, 'not_found']);
  });

  test('reading decrypted is one audited event with counts only; sealed reading is none', async () => {
    const groupId = await load('Decrypted', emailsOf('dec', 2));
    const before = (await events('customers.decrypted')).length;
    const sealed = await page(groupId, 1, 10);
    assert.ok(!('profile' in (sealed[0] ?? {})));
    assert.equal((await events('customers.decrypted')).length, before);
    await server.a.call('POST', '/v1/customer', { ...workspace, customer_group_id: groupId, decrypt: true });
    const after = await events('customers.decrypted');
    assert.equal(after.length, before + 1);
    assert.deepEqual(after.at(-1)?.object_ids, { customer_group_id: groupId, page: 1, customers: 2 });
  });

  test('erasure takes everything: profile, identifiers, memberships, failed rows of imports', async () => {
    const groupId = await load('Erased', emailsOf('erase', 3));
    const failed = await space.check({
      customer_group_id: groupId,
      on_error: 'skip',
      customer_data: [
        { email: 'erase1@x.example', age: 'x' },
        { email: 'never@x.example', age: 'x' },
      ],
    });
    const erased = await server.a.call('DELETE', '/v1/customer', {
      ...workspace,
      identifiers: [{ email: 'erase1@x.example' }, { email: 'ERASE1@x.example' }, { email: 'never@x.example' }],
    });
    assert.deepEqual(erased.body, { deleted: 1, not_found: 1 }, erased.text);
    assert.deepEqual(await find(['erase1@x.example']), []);
    assert.equal((await pages(groupId, 10)).total_customers, 2);
    const repair = await server.a.call('POST', '/v1/customer/imports', {
      ...workspace,
      import_id: failed.body.import_id,
      format: 'csv',
    });
    assert.equal(repair.text.trimEnd().split('\r\n').length, 1, repair.text);
    const log = await server.app.services.database.tenant(server.a.accountId, (tx) =>
      tx.rows('select * from audit_events where account_id = $1 limit 1000', [server.a.accountId]),
    );
    assert.doesNotMatch(JSON.stringify(log), /x\.example/);
    const back = await space.check({ customer_data: { email: 'erase1@x.example', name: 'New' } });
    assert.equal(back.body.created, 1, 'the identifier is free');
  });

  test('erasure takes rows too that could not be read: of a wrong length, or under keys nobody knows', async () => {
    const groupId = await newGroup(server.a, 'Torn');
    const torn = ['torn1@x.example,Name,1', 'Name,torn2@x.example', 'Other,torn3@x.example'].join('\n');
    const ofFile = await space.check({
      customer_group_id: groupId,
      on_error: 'skip',
      data_file: `email,age\n${torn}\n7,8,9`,
    });
    const ofRecords = await space.check({
      customer_group_id: groupId,
      on_error: 'skip',
      customer_data: [
        { 'e-mail': 'torn1@x.example', age: '1' },
        { mail: 'torn3@x.example', age: '1' },
      ],
    });
    const rowsLeft = async ({ body }: Answer) => {
      const { text } = await server.a.call('POST', '/v1/customer/imports', {
        ...workspace,
        import_id: body.import_id,
        format: 'csv',
      });
      return text.trimEnd().split('\r\n').slice(1);
    };
    assert.deepEqual([(await rowsLeft(ofFile)).length, (await rowsLeft(ofRecords)).length], [4, 2], ofFile.text);
    const identifiers = [{ email: 'torn1@x.example' }, { email: 'TORN2@x.example' }];
    await server.a.call('DELETE', '/v1/customer', { ...workspace, identifiers });
    const left = [...(await rowsLeft(ofFile)), ...(await rowsLeft(ofRecords))].join();
    assert.doesNotMatch(left, /torn[12]@/);
    assert.equal([...left.matchAll(/torn3@/g)].length, 2, left);
    assert.match(left, /7,8,4,,ragged_row,.*Left over at the end of the row: 9"/);
  });

  test('whoever left a group or was erased is found in the audit log, and nobody who was not', async () => {
    const groupId = await load('Told', emailsOf('told', 4));
    const [first, second, third, fourth] = (await page(groupId, 1, 10)).map((member) => member.customer_id);
    const unknown = '0197a3f0-1c5e-7b52-9d1a-6f0c3e8b2a41';
    const leave = { ...workspace, customer_group_id: groupId };
    const named = { ...leave, customer_ids: [first, second, unknown] };
    await server.a.call('DELETE', '/v1/cg/members', { ...leave, customer_ids: [second] });
    await server.a.call('DELETE', '/v1/cg/members', named);
    await server.a.call('DELETE', '/v1/customer', { ...workspace, customer_ids: [first, unknown] });
    await server.a.call('DELETE', '/v1/customer', { ...workspace, identifiers: [{ email: 'told3@x.example' }] });
    await server.a.call('DELETE', '/v1/cg', { ...leave, delete_customers: true });
    assert.deepEqual(
      (await toldOf(first)).map(({ action, object_ids }) => [action, object_ids]),
      [
        ['customers.deleted', { asked: 2, deleted: 1, not_found: 1, customer_ids: [first] }],
        ['group.members_removed', { customer_group_id: groupId, removed: 1, customer_ids: [first] }],
      ],
    );
    const actions = async (customerId: string | undefined) => (await toldOf(customerId)).map(({ action }) => action);
    assert.deepEqual(await actions(second), ['group.members_removed']);
    assert.deepEqual(await actions(third), ['customers.deleted']);
    assert.deepEqual(await actions(fourth), ['group.deleted']);
    assert.deepEqual(await toldOf(unknown), []);
  });

  test('of more than 1,000 who leave a group at once each is found, under one request', async () => {
    const groupId = await load('Many leave', emailsOf('many', 1_000));
    const more = emailsOf('evenmore', 200).map((email) => ({ email, name: 'N' }));
    await space.check({ customer_group_id: groupId, customer_data: more });
    const ids = [...(await page(groupId, 1, 1_000)), ...(await page(groupId, 2, 1_000))].map((one) => one.customer_id);
    const left = await server.a.call('DELETE', '/v1/cg/members', {
      ...workspace,
      customer_group_id: groupId,
      customer_ids: ids,
    });
    assert.deepEqual(left.body, { removed: 1_200, not_found: 0 }, left.text);
    const told = await Promise.all([ids[0], ids[600], ids[1_199]].map(toldOf));
    assert.ok(told.every((found) => found.length === 1 && found[0]?.actor_user_id === server.a.userId));
    assert.equal(new Set(told.map(([event]) => event?.request_id)).size, 1);
    const events = (await server.a.call('POST', '/v1/audit', { action: 'group.members_removed', page_size: 2 })).body;
    const lists = events.map((event: { object_ids: { customer_ids: string[] } }) => event.object_ids.customer_ids);
    assert.deepEqual(
      lists.map((list: string[]) => list.length),
      [1_000, 200],
      'the call tells the first of them last, as every call does',
    );
    assert.deepEqual(lists.flat().sort(), [...ids].sort());
  });

  test('more than 1,000 are erased by a job, unknown ones counted, and each is found in the audit log', async () => {
    const groupId = await newGroup(server.a, 'Mass');
    await space.check({
      customer_group_id: groupId,
      customer_data: emailsOf('mass', 1_000).map((email) => ({ email, name: 'N' })),
    });
    await space.check({
      customer_group_id: groupId,
      customer_data: emailsOf('more', 500).map((email) => ({ email, name: 'N' })),
    });
    const identifiers = [...emailsOf('mass', 1_000), ...emailsOf('more', 400), ...emailsOf('none', 50)];
    const all = [...(await page(groupId, 1, 1_000)), ...(await page(groupId, 2, 1_000))].map((one) => one.customer_id);
    const queued = await server.a.call('DELETE', '/v1/customer', {
      ...workspace,
      identifiers: identifiers.map((email) => ({ email })),
    });
    assert.equal(queued.body.status, 'queued', queued.text);
    const job = await until(async () => {
      const { body } = await server.a.call('POST', '/v1/job', { ...workspace, job_id: queued.body.job_id });
      return body.status === 'completed' && body;
    });
    assert.deepEqual(job.result, { deleted: 1_400, not_found: 50 });
    assert.equal((await pages(groupId, 10)).total_customers, 100);
    const left = await server.app.services.database.tenant(server.a.accountId, (tx) =>
      tx.rows('select 1 from customer_erasures where account_id = $1 limit 1', [server.a.accountId]),
    );
    assert.deepEqual(left, []);
    const { job_id } = queued.body;
    for (const customerId of [all[0], all[1_399]]) {
      const [event, ...others] = await toldOf(customerId);
      assert.deepEqual([event?.action, event?.actor_user_id, others], ['customers.deleted', server.a.userId, []]);
      assert.equal(event?.object_ids.job_id, job_id);
    }
    assert.deepEqual(await toldOf(all[1_400]), []);
    const ofJob = (await toldOf(job_id)).map(({ object_ids }) => object_ids);
    assert.deepEqual(ofJob.at(-1), { asked: 1_450, status: 'queued', job_id });
    assert.deepEqual(
      ofJob.slice(0, -1).map(({ deleted, not_found }) => [deleted, not_found]),
      [
        [1_400, 50],
        [400, undefined],
        [1_000, undefined],
      ],
      'its end, and before that its steps',
    );
  });

  test('deleting a group keeps its customers unless asked, and then those of other groups', async () => {
    const first = await load('First', emailsOf('del', 5));
    const second = await load('Second', emailsOf('del', 2));
    const gone = await server.a.call('DELETE', '/v1/cg', { ...workspace, customer_group_id: second });
    assert.deepEqual([gone.status, gone.body.customers_removed], [200, 0], gone.text);
    assert.equal((await find(emailsOf('del', 5))).length, 5);
    await load('Third', emailsOf('del', 1));
    const erased = await server.a.call('DELETE', '/v1/cg', {
      ...workspace,
      customer_group_id: first,
      delete_customers: true,
    });
    assert.equal(erased.body.customers_removed, 4, erased.text);
    const [stays, ...others] = await find(emailsOf('del', 5));
    assert.deepEqual([stays?.groups.map((group) => group.group_name), others], [['Third'], []]);
    const again = await server.a.call('DELETE', '/v1/cg', { ...workspace, customer_group_id: first });
    assert.deepEqual([again.status, again.body.code], [400, 'not_found']);
  });

  test('a group that is held is refused by name, and a viewer reads sealed profiles only', async () => {
    const groupId = await load('Held', emailsOf('held', 1));
    const { database } = server.app.services;
    const holder = { id: server.a.userId, name: 'Spring campaign' };
    await database.tenant(server.a.accountId, (tx) => holdGroup(tx, server.a.accountId, groupId, holder));
    const held = await server.a.call('DELETE', '/v1/cg', { ...workspace, customer_group_id: groupId });
    assert.deepEqual([held.status, held.body.code], [400, 'group_in_use']);
    assert.match(held.body.message, /Spring campaign/);
    await database.tenant(server.a.accountId, (tx) => releaseGroups(tx, server.a.accountId, holder.id));

    const login = { email: 'viewer@example.test', password: 'a long enough password 7' };
    const made = await server.a.call('PUT', '/v1/user', { ...login, display_name: 'Viewer', role_code: 'VIEWER' });
    assert.equal(made.status, 200, made.text);
    const signed = await server.a.call('POST', '/v1/auth', login, {
      token: null,
      headers: { 'x-api-key': server.a.apiKey },
    });
    assert.equal(signed.status, 200, signed.text);
    const asViewer = { token: signed.body.access_token as string };
    const list = { ...workspace, customer_group_id: groupId };
    assert.equal((await server.a.call('POST', '/v1/customer', list, asViewer)).body.length, 1);
    const decrypted = await server.a.call('POST', '/v1/customer', { ...list, decrypt: true }, asViewer);
    assert.deepEqual([decrypted.status, decrypted.body.code], [403, 'forbidden']);
  });

  test('exactly one way to name people, and never those of another account', async () => {
    const [own] = (await find(emailsOf('del', 1))).map((customer) => customer.customer_id);
    for (const body of [{}, { customer_ids: [own], identifiers: [{ email: 'a@x.example' }] }]) {
      const refused = await server.a.call('DELETE', '/v1/customer', { ...workspace, ...body });
      assert.deepEqual([refused.status, refused.body.code], [400, 'one_of_required']);
    }
    const foreign = { workspace_id: server.b.workspaceId };
    const deleted = await server.b.call('DELETE', '/v1/customer', { ...foreign, customer_ids: [own, 'no-uuid'] });
    assert.deepEqual(deleted.body, { deleted: 0, not_found: 2 }, deleted.text);
    const exported = await server.b.call('POST', '/v1/customer/export', { ...foreign, customer_id: own });
    assert.deepEqual([exported.status, exported.body.code], [400, 'not_found']);
    const group = await server.b.call('POST', '/v1/customer', {
      ...foreign,
      ...{ customer_group_id: space.ids.customer_group_id },
    });
    assert.deepEqual([group.status, group.body.code], [400, 'not_found']);
    assert.equal((await find(emailsOf('del', 1))).length, 1);
  });

  test('a deleted field takes its values and identifiers along, a field made plain stands in clear', async () => {
    const badge = await space.field({ field_name: 'badge', field_type: 'string', is_unique: true });
    const shoe = await space.field({ field_name: 'shoe', field_type: 'number' });
    await space.check({ customer_data: { email: 'fields@x.example', name: 'F', badge: 'B-1', shoe: 42 } });
    const [customer] = await find(['fields@x.example']);
    const stored = () =>
      server.app.services.database.tenant(server.a.accountId, (tx) =>
        tx.row<{ clear: string; identifiers: number }>(
          `select clear_values::text as clear, (select count(*)::integer from customer_identifiers i
             where i.account_id = c.account_id and i.customer_id = c.customer_id) as identifiers
           from customers c where account_id = $1 and customer_id = $2`,
          [server.a.accountId, customer?.customer_id],
        ),
      );
    assert.equal((await stored())?.identifiers, 2);
    const removed = await server.a.call('DELETE', '/v1/cpf', { ...workspace, customer_profile_field_id: badge });
    assert.equal(removed.status, 200, removed.text);
    const opening = { ...workspace, customer_profile_field_id: shoe, is_sensitive: false };
    const shown = await server.a.call('PATCH', '/v1/cpf', opening);
    assert.equal(shown.status, 200, shown.text);
    await until(async () => {
      const row = await stored();
      return row?.identifiers === 1 && /"42"/.test(row.clear);
    });
    const profile = (await space.profiles()).find((each) => each.email === 'fields@x.example');
    assert.ok(profile !== undefined && !('badge' in profile));
  });
});
