import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { countsOf, newGroup, type TestWorkspace, testWorkspace } from '../customers/test-workspace.ts';

const HEADER = 'email,phone,name,city,age,born';
const csv = (...rows: string[]) => [HEADER, ...rows, ''].join('\n');
const codes = (body: { errors?: { code: string }[]; details?: { code: string }[] }) =>
  (body.errors ?? body.details ?? []).map((error) => error.code);

describe('checking customers at once', () => {
  let server: TestServer;
  let space: TestWorkspace;

  before(async () => {
    server = await startTestServer();
    space = await testWorkspace(server.a);
  });

  test('a map of headers that no file can have is refused before it reaches the database', async () => {
    for (const field_map of [{ 'a\ud800': null }, { email: 'e\udc00' }, { 'a\0': 'email' }]) {
      const answer = await server.a.call('POST', '/v1/customer/check', undefined, {
        raw: csv(),
        headers: { 'content-type': 'text/csv' },
        // As JSON text, where the halves stand escaped: no text of a query can hold them otherwise.
        query: { ...space.ids, field_map: JSON.stringify(field_map) },
      });
      assert.match(`${answer.status} ${answer.body.details?.[0]?.field}`, /^400 field_map(\.email)?$/, answer.text);
      assert.match(answer.body.message, /surrogate/);
    }
  });

  test('a name that the database could not keep is told as a wrong name, and costs its own row only', async () => {
    const theirs = await testWorkspace(server.b);
    const long = `${'x'.repeat(99)}\u{1F600} and more`;
    const key = (name: string, number: number) => ({ email: `named-${number}@x.example`, name: 'N', [name]: 'x' });
    const { body, status } = await theirs.check({
      on_error: 'skip',
      customer_data: [
        key('a\ud800', 1),
        key('\udc00', 2),
        key('a\0b', 3),
        key(long, 4),
        { email: 'named-5@x.example', name: 'Five' },
      ],
    });
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(countsOf(body), { total_rows: 5, created: 1, failed: 4 });
    assert.deepEqual(
      body.errors.map(({ field, code }: { field: string; code: string }) => [field, code]),
      ['a\ufffd', '\ufffd', 'a\ufffdb', `${'x'.repeat(99)}\ufffd`].map((name) => [name, 'unknown_field']),
    );
    const header = await theirs.check({ data_file: `email,${long}\nnamed-6@x.example,x\n` });
    assert.deepEqual([header.status, codes(header.body)], [400, ['unknown_header']], header.text);
  });

  test('every way to send the same customers comes to the same', async () => {
    const text = csv('one@x.example,+441,"Ada, ""Countess""",Paris,36,10/12/1815');
    const first = await space.check({ data_file: text });
    assert.equal(first.status, 200, first.text);
    assert.deepEqual(countsOf(first.body), { total_rows: 1, created: 1 });
    const record = {
      email: 'one@x.example',
      phone: '+441',
      name: 'Ada, "Countess"',
      city: 'Paris',
      age: 36,
      born: '10/12/1815',
    };
    const form = new FormData();
    for (const [name, value] of Object.entries(space.ids)) form.set(name, value);
    form.set('field_map', '{"email":"email"}');
    form.set('data_file', new Blob([text], { type: 'text/csv' }), 'customers.csv');
    const encoded = new Response(form);
    const multipart = space.upload(
      new Uint8Array(await encoded.arrayBuffer()),
      encoded.headers.get('content-type') ?? '',
    );
    const others = [
      space.check({ data_file: Buffer.from(text).toString('base64'), data_file_encoding: 'base64' }),
      space.check({ customer_data: record }),
      space.check({ customer_data: [record] }),
      space.upload(`\uFEFF${text.replaceAll('\n', '\r\n')}`),
      space.upload(text.replaceAll(',', ';').replace('Ada;', 'Ada,'), 'text/csv'),
      space.upload(`${JSON.stringify(record)}\n`, 'application/x-ndjson'),
      multipart,
      server.a.call('POST', '/v1/customer/check', undefined, {
        raw: gzipSync(text),
        headers: { 'content-type': 'text/csv', 'content-encoding': 'gzip' },
        query: space.ids,
      }),
    ];
    for (const answer of await Promise.all(others)) {
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(countsOf(answer.body), { total_rows: 1, unchanged: 1 }, answer.text);
    }
    const [profile] = await space.profiles();
    assert.deepEqual(profile, { ...record, age: '36', born: '1815-12-10' });
    assert.equal((await space.profiles()).length, 1);
  });

  test('the same content is recognised, a dry run is not counted as one', async () => {
    const text = csv('same@x.example,,Same,,,');
    const dry = await space.check({ data_file: text, validate_only: true });
    assert.deepEqual(countsOf(dry.body), { total_rows: 1, created: 1 }, 'the report of the real one');
    assert.equal(dry.body.valid, true);
    assert.ok(!(await space.profiles()).some((profile) => profile.email === 'same@x.example'));
    const first = await space.check({ data_file: text });
    assert.equal(first.body.same_file_as, null);
    assert.deepEqual(countsOf(first.body), { total_rows: 1, created: 1 });
    assert.equal((await space.check({ data_file: text })).body.same_file_as, first.body.import_id);
  });

  test('a customer is matched by any unique field, and an identifier can move on', async () => {
    await space.check({ data_file: csv('m1@x.example,+1001,Mia,Rome,30,', 'm2@x.example,+1002,Max,Rome,31,') });
    const moved = await space.check({ data_file: 'phone,email\n+1001,m1-new@x.example\n' });
    assert.deepEqual(countsOf(moved.body), { total_rows: 1, updated: 1 });
    const taken = await space.check({ customer_data: { email: 'M1@X.example', phone: '+1003', name: 'Other' } });
    assert.deepEqual(countsOf(taken.body), { total_rows: 1, created: 1 }, 'the old address is free again');
    const conflict = await space.check({ customer_data: { email: 'm2@x.example', phone: '+1001' } });
    assert.equal(conflict.status, 400);
    assert.equal(conflict.body.code, 'import_rejected');
    assert.deepEqual(codes(conflict.body), ['identifier_conflict']);
    assert.ok(conflict.body.import_id);
    const mia = (await space.profiles()).find((profile) => profile.phone === '+1001');
    assert.deepEqual([mia?.email, mia?.name, mia?.city], ['m1-new@x.example', 'Mia', 'Rome']);
  });

  test('blank cells keep or clear, but never what is required', async () => {
    await space.check({ data_file: csv('blank@x.example,+2001,Bea,Oslo,20,01/02/2000') });
    const keep = await space.check({ data_file: csv('blank@x.example,,,  ,,') });
    assert.deepEqual(countsOf(keep.body), { total_rows: 1, unchanged: 1 });
    const refused = await space.check({ data_file: csv('blank@x.example,,,,,'), blank_cells: 'clear' });
    assert.deepEqual(codes(refused.body), ['required']);
    const clear = await space.check({ data_file: csv('blank@x.example,,Bea,,21,'), blank_cells: 'clear' });
    assert.deepEqual(countsOf(clear.body), { total_rows: 1, updated: 1 });
    const bea = (await space.profiles()).find((profile) => profile.email === 'blank@x.example');
    assert.deepEqual(bea, {
      email: 'blank@x.example',
      phone: null,
      name: 'Bea',
      city: null,
      age: '21',
      born: null,
    });
    const free = await space.check({ customer_data: { email: 'free@x.example', phone: '+2001', name: 'New' } });
    assert.deepEqual(countsOf(free.body), { total_rows: 1, created: 1 }, 'a cleared identifier is free');
  });

  test('modes leave out what they exclude', async () => {
    const text = csv('mode@x.example,,Mo,,,');
    const nobody = await space.check({ data_file: text, mode: 'update_only' });
    assert.deepEqual(countsOf(nobody.body), { total_rows: 1, skipped: 1 });
    assert.deepEqual(countsOf((await space.check({ data_file: text, mode: 'create_only' })).body), {
      total_rows: 1,
      created: 1,
    });
    const again = csv('mode@x.example,,Moritz,,,');
    assert.deepEqual(countsOf((await space.check({ data_file: again, mode: 'create_only' })).body), {
      total_rows: 1,
      skipped: 1,
    });
    assert.deepEqual(countsOf((await space.check({ data_file: again, mode: 'update_only' })).body), {
      total_rows: 1,
      updated: 1,
    });
  });

  test('an identifier twice in the file: an error under reject, the first wins under skip', async () => {
    const text = csv('twice@x.example,,First,,,', 'TWICE@x.example,,Second,,,');
    const rejected = await space.check({ data_file: text });
    assert.equal(rejected.status, 400);
    assert.deepEqual(codes(rejected.body), ['duplicate_identifier']);
    assert.deepEqual(countsOf(rejected.body), { total_rows: 2, skipped: 1, duplicates: 1 });
    const skipped = await space.check({ data_file: text, on_error: 'skip' });
    assert.deepEqual(countsOf(skipped.body), { total_rows: 2, created: 1, duplicates: 1 });
    const found = (await space.profiles()).find((profile) => profile.email === 'twice@x.example');
    assert.equal(found?.name, 'First');
  });

  test('rows of one file act one after the other, also on the same customer', async () => {
    await space.check({ data_file: csv('seq@x.example,+3001,Sue,Bonn,1,') });
    const answer = await space.check({
      data_file: 'email,phone,city\nseq@x.example,+3009,Ulm\n,+3001,Jena\n',
      on_error: 'skip',
    });
    assert.deepEqual(countsOf(answer.body), { total_rows: 2, updated: 1, failed: 1 }, answer.text);
    const both = await space.check({ data_file: 'email,phone,city,age\nseq@x.example,,Ulm,\n,+3009,,7\n' });
    assert.deepEqual(countsOf(both.body), { total_rows: 2, unchanged: 1, updated: 1 });
    const sue = (await space.profiles()).find((profile) => profile.email === 'seq@x.example');
    assert.deepEqual([sue?.phone, sue?.city, sue?.age], ['+3009', 'Ulm', '7']);
  });

  test('every bad cell is told, with no value in the sentence; nothing or the rest is stored', async () => {
    const before = (await space.profiles()).length;
    const text = csv('good@x.example,,Good,,,', 'not-an-address,,Zacharias,,forty,31/02/2020', 'only@x.example,,,,,');
    const rejected = await space.check({ data_file: text });
    assert.equal(rejected.status, 400);
    assert.deepEqual(
      rejected.body.details.map((error: { row: number; field: string }) => [error.row, error.field]),
      [
        [2, 'email'],
        [2, 'age'],
        [2, 'born'],
        [3, 'name'],
      ],
    );
    assert.doesNotMatch(rejected.text, /Zacharias|forty|31\/02|not-an-address/);
    assert.deepEqual(countsOf(rejected.body), { total_rows: 3, skipped: 1, failed: 2 });
    assert.equal((await space.profiles()).length, before);
    const dry = await space.check({ data_file: text, validate_only: true });
    assert.deepEqual([dry.status, dry.body.valid, dry.body.status], [200, false, 'rejected']);
    assert.deepEqual(dry.body.errors, rejected.body.details);
    const skipped = await space.check({ data_file: text, on_error: 'skip' });
    assert.deepEqual([skipped.status, skipped.body.valid], [200, false]);
    assert.deepEqual(countsOf(skipped.body), { total_rows: 3, created: 1, failed: 2 });
    assert.equal((await space.profiles()).length, before + 1);
  });

  test('the repair file holds the failed rows exactly and can be mended and sent again', async () => {
    const bad = csv('rep1@x.example,,"Re, pa",,x,', 'rep2@x.example,,Fine,,,');
    const { body } = await space.check({ data_file: bad, on_error: 'skip' });
    const repair = await server.a.call('POST', '/v1/customer/imports', {
      workspace_id: space.ids.workspace_id,
      import_id: body.import_id,
      format: 'csv',
    });
    assert.match(repair.headers.get('content-type') ?? '', /^text\/csv/);
    const [header, row] = repair.text.split('\r\n');
    assert.equal(header, `${HEADER},error_row,error_field,error_code,error_message`);
    assert.ok(row?.startsWith('rep1@x.example,,"Re, pa",,x,,1,age,'), row);
    const mended = await space.check({
      data_file: repair.text.replace(',x,', ',42,'),
      repairs_import_id: body.import_id,
    });
    assert.deepEqual(countsOf(mended.body), { total_rows: 1, created: 1 }, mended.text);
    const stranger = await server.b.call('POST', '/v1/customer/imports', {
      workspace_id: server.b.workspaceId,
      import_id: body.import_id,
    });
    assert.deepEqual([stranger.status, stranger.body.code], [400, 'not_found']);
  });

  const fileFaults: [string, string | Uint8Array, string, string?][] = [
    ['an empty file', '', 'empty_file'],
    ['a header alone', `${HEADER}\n`, 'header_only'],
    ['an unknown header', 'email,shoe_size\na@x.example,4\n', 'unknown_header'],
    ['a header twice', 'email,Email \na@x.example,b@x.example\n', 'duplicate_header'],
    ['no identifier column', 'name,city\nAda,Rome\n', 'missing_identifier_column'],
    ['a quote that is never closed', `${HEADER}\n"a@x.example,,A,,,\n`, 'unclosed_quote'],
    ['UTF-16', Buffer.from(`\uFEFF${csv('a@x.example,,A,,,')}`, 'utf16le'), 'wrong_encoding'],
    ['an empty NDJSON file', '\n\n', 'empty_file', 'application/x-ndjson'],
  ];
  for (const [name, content, code, type] of fileFaults) {
    test(`${name} is refused at once, under skip too`, async () => {
      const answer = await space.upload(content, type, { on_error: 'skip' });
      assert.equal(answer.status, 400, answer.text);
      assert.equal(answer.body.details[0].code, code, answer.text);
      assert.equal(answer.body.details[0].row, 0);
    });
  }

  const rowFaults: [string, string | Uint8Array, string, string?][] = [
    ['a ragged row', csv('r@x.example,,R'), 'ragged_row'],
    ['a NUL', csv('n@x.example,,N\0,,,'), 'contains_nul'],
    [
      'a byte that is not UTF-8',
      Buffer.concat([Buffer.from(`${HEADER}\nu@x.example,,`), Buffer.from([0xff]), Buffer.from(',,,\n')]),
      'invalid_utf8',
    ],
    ['an unknown JSON key', '{"email":"k@x.example","name":"K","shoe":1}\n', 'unknown_field', 'application/x-ndjson'],
    [
      '__proto__',
      '{"email":"p@x.example","name":"P","__proto__":{"admin":true}}\n',
      'unknown_field',
      'application/x-ndjson',
    ],
    ['a broken NDJSON line', '{"email":\n', 'broken_json', 'application/x-ndjson'],
    ['a nested value', '{"email":"o@x.example","name":{"first":"O"}}\n', 'wrong_type', 'application/x-ndjson'],
    ['a record that names nobody', '{"name":"Nobody"}\n', 'identifier_missing', 'application/x-ndjson'],
  ];
  for (const [name, content, code, type] of rowFaults) {
    test(`${name} fails its row`, async () => {
      const answer = await space.upload(content, type, { on_error: 'skip' });
      assert.equal(answer.status, 200, answer.text);
      assert.ok(codes(answer.body).includes(code), answer.text);
      assert.deepEqual(countsOf(answer.body), { total_rows: 1, failed: 1 });
    });
  }

  test('what cannot be meant is refused', async () => {
    const text = csv('x@x.example,,X,,,');
    const refusals: [Record<string, unknown>, string][] = [
      [{}, 'one_source_required'],
      [{ data_file: text, customer_data: {} }, 'one_source_required'],
      [{ data_file: 'a*b', data_file_encoding: 'base64' }, 'data_file_not_base64'],
      [{ data_file: text, colour: 'red' }, 'invalid_fields'],
      [{ data_file: text, mode: 'replace' }, 'invalid_fields'],
      [{ data_file: text, customer_group_id: server.b.workspaceId }, 'not_found'],
      [{ data_file: text, repairs_import_id: 'no-such' }, 'not_found'],
    ];
    for (const [body, code] of refusals) {
      const answer = await space.check(body);
      assert.deepEqual([answer.status, answer.body.code], [400, code], answer.text);
    }
    const gzip = await server.a.call('POST', '/v1/customer/check', undefined, {
      raw: 'this is not gzip',
      headers: { 'content-type': 'text/csv', 'content-encoding': 'gzip' },
      query: space.ids,
    });
    assert.deepEqual([gzip.status, gzip.body.code], [400, 'broken_gzip']);
    for (const blank of [' ', '\n \n\t\n', ' , \r\n , \r\n']) {
      const answer = await space.upload(blank);
      assert.deepEqual([answer.status, answer.body.details?.[0]?.code], [400, 'empty_file'], answer.text);
    }
    for (const charset of ['iso-8859-1', '"windows-1252"']) {
      const answer = await space.upload('email,name\na@x.example,A\n', `text/csv; header=present; charset=${charset}`);
      assert.deepEqual([answer.status, answer.body.code], [415, 'media_type_unknown'], answer.text);
    }
    assert.equal((await space.upload('email,name\nutf@x.example,A\n', 'text/csv;charset=UTF-8')).status, 200);
  });

  test('field_map renames and drops columns', async () => {
    const answer = await space.check({
      data_file: 'E-Mail;Full name;Notes\nmap@x.example;Mapped;whatever\n',
      field_map: { 'e-mail': 'email', 'Full name': 'name', Notes: null },
    });
    assert.deepEqual(countsOf(answer.body), { total_rows: 1, created: 1 }, answer.text);
  });

  test('PATCH updates who is there and counts who is not', async () => {
    await space.check({ data_file: csv('patch@x.example,,Pat,,,') });
    const answer = await server.a.call('PATCH', '/v1/customer', {
      workspace_id: space.ids.workspace_id,
      customer_data: [
        { email: 'patch@x.example', city: 'Graz' },
        { email: 'stranger@x.example', city: 'Graz' },
      ],
    });
    assert.deepEqual(answer.body, { updated: 1, not_found: 1, errors: [] }, answer.text);
    const bad = await server.a.call('PATCH', '/v1/customer', {
      workspace_id: space.ids.workspace_id,
      customer_data: { email: 'patch@x.example', age: 'old' },
    });
    assert.deepEqual([bad.status, bad.body.code], [400, 'import_rejected']);
    const pat = (await space.profiles()).find((profile) => profile.email === 'patch@x.example');
    assert.deepEqual([pat?.name, pat?.city], ['Pat', 'Graz']);
  });

  test('PATCH names in the audit log whom it changed or let join, not who was so already', async () => {
    const emails = ['told1@x.example', 'told2@x.example'];
    await space.check({ data_file: csv(...emails.map((email) => `${email},,Told,Graz,,`)) });
    const find = { workspace_id: space.ids.workspace_id, identifiers: emails.map((email) => ({ email })) };
    const found: { customer_id: string }[] = (await server.a.call('POST', '/v1/customer/find', find)).body;
    const [first, second] = found.map(({ customer_id }) => customer_id);
    const told = async (body: Record<string, unknown>) => {
      const answer = await server.a.call('PATCH', '/v1/customer', { workspace_id: space.ids.workspace_id, ...body });
      assert.equal(answer.body.updated, 2, answer.text);
      const [event] = (await server.a.call('POST', '/v1/audit', { action: 'customers.updated', page_size: 1 })).body;
      return event.object_ids;
    };
    const records = [
      { email: emails[0], city: 'Wien' },
      { email: emails[1], city: 'Graz' },
    ];
    assert.deepEqual(await told({ customer_data: records }), { updated: 2, not_found: 0, customer_ids: [first] });
    assert.deepEqual(await told({ customer_data: records }), { updated: 2, not_found: 0 });
    const groupId = await newGroup(server.a, 'Joined by PATCH');
    const joined = await told({ customer_data: records, customer_group_id: groupId });
    assert.deepEqual(joined.customer_ids.sort(), [first, second].sort());
    const [event] = (await server.a.call('POST', '/v1/audit', { object: second, action: 'customers.updated' })).body;
    assert.equal(event.object_ids.customer_ids.length, 2);
  });
});
