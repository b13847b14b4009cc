import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createClient, type Import } from '@nudgescribe/sdk';
import { connectToRunning } from '../src/platform/database/embedded/running-database.ts';
import { answer, startModelServer } from '../src/product/writing/test-model-server.ts';
import { filesWith, formsOf, tablesWith } from './clear-text-search.ts';
import { freePort, type Running, startProcess, whenReady } from './crash/processes.ts';
import { until } from './harness.ts';

/*
 * A server as a user runs it, with its own database and at its most talkative, is given ten thousand values that nobody
 * may read (four sensitive or unique fields of 2,500 people) and made to do everything with them: take them in by every
 * way, refuse them, repair, find, show, write about, publish, erase; it is killed on the way. Then every byte that it left
 * on the disk, wrote to its logs, or told a language model, and every row of its database, is searched for them. What may
 * stand there in clear is searched for as well: a search that finds nothing at all would prove nothing.
 */
const PEOPLE = 2_500;
const LARGE = 50_000;
/** Comes as JSON, and is not erased. */
const STORYTELLER = 1_600;
// Lower case and without punctuation, as identifiers are stored in lower case: one search finds every canary.
const SECRET = `kanarie${randomBytes(6).toString('hex')}`;
const CLEAR = `offen${randomBytes(6).toString('hex')}`;
// May be in clear as well, and so long that Postgres compresses it: its rows show it, the files do not.
const LONG = `lang${randomBytes(6).toString('hex')}`;

const folder = await mkdtemp(join(tmpdir(), 'nudgescribe-canaries-'));
const dataDir = join(folder, 'data');
const temporary = join(folder, 'tmp');
await mkdir(temporary);
const model = await startModelServer([
  (response) =>
    answer(
      response,
      JSON.stringify({
        messages: [
          {
            subject: null,
            message: 'Hi {{first_name | fallback: "you"}}! Start with Spring Saver. Open it in the app.',
            technique: 'small_step',
          },
        ],
      }),
    ),
]);
let running: Running | null = null;
let log = '';
after(async () => {
  await running?.end('SIGKILL');
  await model.stop();
  await rm(folder, { recursive: true, force: true });
});

const login = { email: 'admin@example.test', password: 'a long and secret sentence' };
const port = await freePort();
const url = `http://127.0.0.1:${port}`;

async function start(): Promise<void> {
  running = startProcess(['serve'], {
    NUDGESCRIBE_DATA_DIR: dataDir,
    NUDGESCRIBE_PORT: String(port),
    NUDGESCRIBE_LOG_LEVEL: 'debug',
    NUDGESCRIBE_BOOTSTRAP_EMAIL: login.email,
    NUDGESCRIBE_BOOTSTRAP_PASSWORD: login.password,
    NUDGESCRIBE_BOOTSTRAP_API_KEY: 'a-key-that-is-long-enough-for-the-first-start',
    NUDGESCRIBE_CALLS_PER_MINUTE: '1000000',
    NUDGESCRIBE_OUTBOUND_ALLOW: '127.0.0.1',
    NUDGESCRIBE_WRITERS: JSON.stringify([
      { name: 'fake', kind: 'openai-compatible', base_url: model.url, model: 'm', api_key_env: 'CANARY_MODEL_KEY' },
    ]),
    CANARY_MODEL_KEY: 'key',
    TMPDIR: temporary,
  });
  for (const stream of [running.child.stdout, running.child.stderr])
    stream?.on('data', (text: string) => {
      log += text;
    });
  await whenReady(url, running);
}

const person = (number: number) => ({
  customer_number: `${SECRET}n${number}`,
  email: `${SECRET}m${number}@mail.example`,
  first_name: `${SECRET}f${number}`,
  note: `Said "${SECRET}t${number}", then left`,
  plan: `${CLEAR}${number % 2}`,
  age: number % 90,
  ...(number === STORYTELLER ? { story: `${LONG} `.repeat(400) } : {}),
});
const HEADER = 'customer_number,email,first_name,note,plan,age';
const line = (number: number, age: string | number = number % 90) => {
  const { customer_number, email, first_name, note, plan } = person(number);
  return `${customer_number},${email},${first_name},"${note.replaceAll('"', '""')}",${plan},${age}`;
};
const csv = (from: number, to: number, more: string[] = []) =>
  [HEADER, ...Array.from({ length: to - from }, (_, index) => line(from + index)), ...more].join('\n');

/** The files of the server in which the text stands in any form. */
const onDisk = (text: string) => filesWith(folder, text);
/** The tables of the running server's database in whose rows it does. */
const inRows = async (text: string) => tablesWith((await connectToRunning(dataDir)).url, text);

test('the search unpacks what is packed, wherever it begins and also where it breaks off', async () => {
  const probe = `probe${randomBytes(6).toString('hex')}`;
  const searched = join(folder, 'searched');
  await mkdir(searched);
  const lines = Array.from({ length: 1_000 }, () => randomBytes(9).toString('base64'));
  const packed = gzipSync(`${probe}\n${lines.join('\n')}`);
  const noise = randomBytes(5_000);
  for (const [name, content] of [
    ['whole.gz', packed],
    ['short.gz', gzipSync(Buffer.from(probe, 'utf16le'))],
    ['within', Buffer.concat([noise, gzipSync(probe), noise])],
    ['cut', packed.subarray(0, packed.length / 2)],
    ['overwritten', Buffer.concat([packed.subarray(0, packed.length / 2), noise])],
    // RFC 1952: a file's name after the ten bytes.
    [
      'named.gz',
      Buffer.concat([
        packed.subarray(0, 3),
        Buffer.of(8),
        packed.subarray(4, 10),
        Buffer.from('name\0'),
        packed.subarray(10),
      ]),
    ],
    ['without', gzipSync(lines.join('\n'))],
    ['noise', noise],
  ] as const) {
    assert.ok(!content.includes(probe), name);
    await writeFile(join(searched, name), content);
  }
  const found = await filesWith(searched, probe);
  await rm(searched, { recursive: true });
  assert.deepEqual(found.sort(), ['cut', 'named.gz', 'overwritten', 'short.gz', 'whole.gz', 'within']);
});

test('ten thousand personal values stand nowhere in clear: not on disk, in logs, in jobs, or in prompts', async () => {
  await start();
  const client = createClient({ baseUrl: url, apiKey: 'a-key-that-is-long-enough-for-the-first-start' });
  await client.auth.signIn(login);
  const [workspace] = await client.workspaces.list({});
  const workspace_id = workspace?.workspace_id ?? '';
  for (const field of [
    { field_name: 'customer_number', is_unique: true, is_required: true },
    { field_name: 'email', is_unique: true, validation_rules: { format: 'email' as const } },
    { field_name: 'first_name' },
    { field_name: 'note' },
    { field_name: 'plan', is_sensitive: false },
    { field_name: 'story', is_sensitive: false },
  ])
    await client.fields.create({ workspace_id, field_type: 'string', ...field });
  await client.fields.create({ workspace_id, field_name: 'age', field_type: 'number', is_sensitive: false });
  const { customer_group_id } = await client.groups.create({ workspace_id, group_name: 'People' });
  const into = { workspace_id, customer_group_id };

  // In by every way, with rows that are refused, and a file that is repaired.
  const queued = await client.customers.upload(
    { ...into, on_error: 'skip' },
    csv(0, 1_500, [line(1, 'no number'), `${SECRET},ragged`]),
    {
      contentType: 'text/csv',
    },
  );
  await client.waitForImport(workspace_id, queued.import_id);
  const repair = await new Response(
    await client.imports.getStream({ workspace_id, import_id: queued.import_id, format: 'csv' }),
  ).text();
  assert.ok(repair.includes(SECRET));
  // Where values are taken for names: no header line, and records under keys that are no fields.
  const [zero, one] = [person(0), person(1)];
  const nameless = await client.customers.check({
    ...into,
    on_error: 'skip',
    data_file: `${zero.customer_number},${zero.email}\n${one.customer_number},no address\n`,
    field_map: { [zero.customer_number]: 'customer_number', [zero.email]: 'email' },
  });
  const keyed = await client.customers.check({ ...into, on_error: 'skip', customer_data: { ...one, [one.email]: 1 } });
  assert.deepEqual([nameless.failed, keyed.errors[0]?.field], [1, one.email]);
  await client.customers.check({
    ...into,
    customer_data: Array.from({ length: 500 }, (_, index) => person(1_500 + index)),
  });
  await client.customers.check({ ...into, data_file: csv(2_000, PEOPLE - 100) });
  const packed = await client.customers.upload(into, csv(PEOPLE - 100, PEOPLE), {
    contentType: 'text/csv',
    gzip: true,
  });
  assert.ok(packed.created === 100);
  const stored = async () => (await client.customers.pages(into)).total_customers;
  assert.equal(await stored(), PEOPLE);
  for (const body of [
    { ...into, customer_data: [{ ...person(1), age: SECRET }] },
    { ...into, customer_data: [{ ...person(1), email: SECRET }] },
    { ...into, data_file: `${HEADER}\n"${SECRET}` },
    { ...into, customer_data: SECRET as unknown as [] },
  ])
    await assert.rejects(client.customers.check(body), { status: 400 });
  await assert.rejects(
    createClient({ baseUrl: url, apiKey: SECRET }).auth.signIn({ email: `${SECRET}@x.example`, password: SECRET }),
  );
  await assert.rejects(
    createClient({ baseUrl: url, apiKey: 'a-key-that-is-long-enough-for-the-first-start' }).auth.signIn({
      email: `${SECRET}@x.example`,
      password: SECRET,
    }),
  );

  // Looked at, found, exported, suppressed.
  const page = await client.customers.list({ ...into, page: 1, page_size: 1_000, decrypt: true });
  assert.ok(page[0]?.profile?.email?.toString().includes(SECRET));
  const email = person(7).email;
  const [found] = await client.customers.find({ workspace_id, identifiers: [{ email }], decrypt: true });
  assert.ok(found !== undefined);
  await client.customers.export({ workspace_id, identifier: { email } });
  await client.suppressions.add({
    workspace_id,
    identifiers: [{ email: person(8).email }, { email: `${SECRET}x@mail.example` }],
  });

  // Killed in the middle of a large file.
  const large = csv(10_000, 10_000 + LARGE);
  const { import_id } = await client.customers.upload({ ...into, on_error: 'skip' }, large, {
    contentType: 'text/csv',
  });
  const underWay = async () => {
    const { status, created } = (await client.imports.get({ workspace_id, import_id })) as Import;
    return status === 'running' && created > 0 && created < LARGE;
  };
  await until(underWay);
  await running?.end('SIGKILL');
  assert.deepEqual(await onDisk(SECRET), [], 'after a kill');
  await start();
  assert.ok(await underWay(), 'the kill came in the middle');
  const then = await stored();
  assert.ok(then > PEOPLE && then < PEOPLE + LARGE, `${then} people`);
  assert.deepEqual(await inRows(SECRET), [], 'after a kill');

  // Written about by a language model, reviewed, published, fetched.
  const campaign = await client.campaigns.create({
    ...into,
    campaign_name: 'Canaries',
    writer: 'fake',
    brief: { objective: 'Open a savings account', product: 'Spring Saver', call_to_action: 'Open it in the app' },
    channels: [{ channel: 'sms' }],
    segment_by: [{ field_name: 'plan' }],
    export_fields: ['first_name', 'note'],
  });
  const ids = { workspace_id, campaign_id: campaign.campaign_id };
  const { job_id } = await client.campaigns.generate(ids);
  await client.waitForJob(workspace_id, job_id);
  const [message] = await client.messages.list(ids);
  const previews = await client.messages.preview({ ...ids, message_id: message?.message_id ?? '' });
  assert.ok(JSON.stringify(previews).includes(SECRET));
  await client.messages.change({ ...ids, all: true, review_status: 'Approved' });
  await client.campaigns.approve(ids);
  for (const gzip of [false, true])
    await client.waitForJob(
      workspace_id,
      (await client.publishing.publish({ ...ids, delta: true, gzip: gzip && true })).job_id,
    );
  const file = await client.publishing.fetch({ ...ids, page: 1, format: 'csv' });
  assert.ok(JSON.stringify(file).includes(SECRET));

  // Erased by name, in small and in large.
  await client.customers.delete({ workspace_id, identifiers: [{ email }] });
  await client.customers.delete({
    workspace_id,
    identifiers: Array.from({ length: 1_200 }, (_, index) => ({ email: person(index).email })),
  });
  await client.audit.list({});
  assert.deepEqual(await inRows(SECRET), [], 'after everything');
  // This search, too, finds what it should find: values in clear, what Postgres compressed, and what is queued.
  assert.ok((await inRows(CLEAR)).includes('public.customers'));
  assert.deepEqual(await inRows(LONG), ['public.customers']);
  assert.ok((await inRows(job_id)).some((name) => name.startsWith('job_queue.')));
  assert.equal(await running?.end('SIGTERM'), 0, running?.output());
  running = null;

  assert.deepEqual(await onDisk(SECRET), [], 'after everything');
  assert.ok(log.length > 10_000, 'the log is there to be searched');
  const told = JSON.stringify(model.requests);
  for (const form of formsOf(SECRET)) {
    assert.ok(!log.includes(form.toString()), 'the logs');
    assert.ok(!told.includes(form.toString()), 'the prompts');
  }
  // The search finds what it should find.
  const clear = await onDisk(CLEAR);
  assert.ok(
    clear.some((name) => name.includes('pg_wal')) && clear.some((name) => name.includes('base')),
    clear.join('\n'),
  );
  assert.ok(told.includes(CLEAR));
  assert.deepEqual(await onDisk(LONG), [], 'only the rows show what is compressed');
});
