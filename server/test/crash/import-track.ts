import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { countsOf, type TestWorkspace, testWorkspace } from '../../src/product/customers/test-workspace.ts';
import { sweepAllUploads } from '../../src/product/imports/sweep-uploads.ts';
import { type Answer, send, startTestServer, type TestServer } from '../harness.ts';
import { emptyModel, type ImportFile, importFile, type Model, seeded } from './import-file.ts';
import { SERVER_POINTS, WORKER_POINTS } from './kill-points.ts';
import { DYING, freePort, type Running, startProcess, whenReady } from './processes.ts';

const ROWS = 9_000;
/** A killed worker's import is taken up when its heartbeat has been missing for 10 to 15 seconds. */
const ENDED_WITHIN_MS = 120_000;

export type Kills = { kills: number; points: Map<string, number>; imports: number };

/**
 * Imports into one workspace, file after file, while the processes that receive and apply them are killed. A server of
 * the test's own that works on nothing looks on, and after each import the stored set must be the accepted set.
 */
export async function importTrack(seed: number, form: { rounds: number; victims: number }, told: Kills): Promise<void> {
  const random = seeded(seed);
  const server = await startTestServer({ workers: false });
  const space = await testWorkspace(server.a, [
    {
      field_name: 'email',
      field_type: 'string',
      is_unique: true,
      is_required: true,
      validation_rules: { format: 'email' },
    },
    { field_name: 'name', field_type: 'string', is_required: true },
    { field_name: 'city', field_type: 'string', is_sensitive: false },
    { field_name: 'note', field_type: 'string' },
  ]);
  const processes = new Set<Running>();
  let model = emptyModel();
  try {
    for (let round = 0; round < form.rounds; round += 1) {
      const onError = random(2) === 0 ? 'skip' : 'reject';
      const long = model.joined.length === 0 && random(2) === 0;
      const file = importFile(model, {
        random,
        rows: ROWS,
        onError,
        clean: onError === 'reject' && random(3) > 0,
        long,
      });
      const cutShort = random(3) === 0;
      await importUnderFire({ server, space, processes, random, told, victims: form.victims }, file, onError, cutShort);
      model = file.after;
      await assertStored(server, space, model, `seed ${seed}, round ${round}`);
      told.imports += 1;
    }
  } finally {
    for (const one of processes) if (!one.hasEnded()) await one.end('SIGKILL');
    await server.stop();
  }
}

type Field = {
  server: TestServer;
  space: TestWorkspace;
  processes: Set<Running>;
  random: (below: number) => number;
  told: Kills;
  /** So many processes at most die over one import once it is accepted. */
  victims: number;
};

async function startVictim(
  field: Field,
  role: 'server' | 'server with workers' | 'worker',
  death: { point: string; times: number; milliseconds: number },
): Promise<{ victim: Running; url: string }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const settings = { ...field.server.environment, NUDGESCRIBE_PORT: String(port) };
  const args = [role, death.point, String(death.times), String(death.milliseconds)];
  const victim = startProcess(args, settings, DYING);
  field.processes.add(victim);
  const dies = death.point !== 'never';
  victim.ended.then((how) => {
    if (how !== 'SIGKILL' || !dies) return;
    field.told.kills += 1;
    const name = death.milliseconds > 0 ? 'any moment' : death.point;
    field.told.points.set(name, (field.told.points.get(name) ?? 0) + 1);
  });
  if (role !== 'worker')
    await whenReady(url, victim).catch(async (error: unknown) => {
      // It may come to its point before it is ready, over an import that another one left: that is a kill like any other.
      if (!dies || !victim.hasEnded() || (await victim.ended) !== 'SIGKILL') throw error;
    });
  return { victim, url };
}

const NEVER = { point: 'never', times: 1, milliseconds: 0 };

function workerDeath(random: (below: number) => number) {
  if (random(4) === 0) return { point: 'any moment', times: 1, milliseconds: 300 + random(2_500) };
  const point = WORKER_POINTS[random(WORKER_POINTS.length)] ?? 'before chunk';
  const comesAgain = /step|chunk|stored|read/.test(point);
  return { point, times: comesAgain ? 1 + random(3) : 1, milliseconds: 0 };
}

async function upload(field: Field, url: string, file: ImportFile, onError: string): Promise<Answer | null> {
  const { server, space } = field;
  return send(url, 'POST', '/v1/customer/check', undefined, {
    raw: file.content,
    headers: { 'content-type': 'text/csv' },
    query: { ...space.ids, on_error: onError, blank_cells: 'keep' },
    token: server.a.token,
  }).catch(() => null);
}

function importsOf({ server }: Field): Promise<{ import_id: string; status: string }[]> {
  return server.app.services.database.tenant(server.a.accountId, (tx) =>
    tx.rows('select import_id, status from imports where account_id = $1 order by created_at, import_id', [
      server.a.accountId,
    ]),
  );
}

/** Sends the file, to a server that dies over it if `cutShort`, until it is accepted; then lets workers die over it. */
async function importUnderFire(field: Field, file: ImportFile, onError: string, cutShort: boolean): Promise<void> {
  const { server, random } = field;
  const before = (await importsOf(field)).length;
  if (cutShort) {
    const point = SERVER_POINTS[random(SERVER_POINTS.length)] ?? 'put begins';
    const { victim, url } = await startVictim(field, 'server', { point, times: 1, milliseconds: 0 });
    const answer = await upload(field, url, file, onError);
    if (answer === null) await victim.ended;
    else await victim.end('SIGTERM');
  }
  let found = await importsOf(field);
  assert.ok(found.length <= before + 1, 'one upload made two imports');
  if (found.length === before) {
    const answer = await upload(field, server.url, file, onError);
    assert.equal(answer?.status, 200, answer?.text);
    found = await importsOf(field);
  }
  const importId = found.at(-1)?.import_id ?? '';
  const look = async () =>
    (await server.a.call('POST', '/v1/customer/imports', { workspace_id: server.a.workspaceId, import_id: importId }))
      .body;
  const hasEnded = async () => !['queued', 'running'].includes((await look()).status);
  const deadline = Date.now() + ENDED_WITHIN_MS;
  for (let victims = 0; !(await hasEnded()); victims += 1) {
    assert.ok(Date.now() < deadline, `import ${importId} does not end: ${JSON.stringify(await look())}`);
    const lives = victims >= field.victims || (victims > 0 && random(2) === 0);
    const { victim } = await startVictim(
      field,
      random(2) === 0 ? 'worker' : 'server with workers',
      lives ? NEVER : workerDeath(random),
    );
    while (!victim.hasEnded() && !(await hasEnded()) && Date.now() < deadline) await sleep(50);
    // It may have died just behind the end, which is a point of its own.
    if (!lives) await sleep(200);
    if (!victim.hasEnded()) await victim.end('SIGTERM');
  }
  const done = await look();
  assert.deepEqual([done.status, countsOf(done)], [file.status, file.counts]);
  assert.deepEqual(await repairRows(server, importId), file.failedRows);
}

async function repairRows(server: TestServer, importId: string): Promise<number[]> {
  const answer = await server.a.call('POST', '/v1/customer/imports', {
    workspace_id: server.a.workspaceId,
    import_id: importId,
    format: 'csv',
  });
  const [header = '', ...lines] = answer.text
    .replace(/^\ufeff/, '')
    .trimEnd()
    .split('\r\n');
  const at = header.split(',').indexOf('error_row');
  return lines.map((line) => Number(line.split(',')[at]));
}

async function assertStored(server: TestServer, space: TestWorkspace, model: Model, where: string): Promise<void> {
  const stored: unknown[] = [];
  for (let page = 1; stored.length < model.joined.length || page === 1; page += 1) {
    const members = await space.members(page);
    if (members.length === 0) break;
    for (const { profile } of members) stored.push([profile.email, profile.name, profile.city]);
  }
  const expected = model.joined.map((email) => {
    const { name, city } = model.customers.get(email) ?? { name: '', city: '' };
    return [email, name, city];
  });
  assert.equal(stored.length, expected.length, where);
  for (const [index, row] of expected.entries()) assert.deepEqual(stored[index], row, `${where}, member ${index}`);
  const { accountId } = server.a;
  const counted = await server.app.services.database.tenant(accountId, (tx) =>
    tx.row(
      `select (select count(*)::int from customers where account_id = $1) as customers,
         (select count(*)::int from customer_identifiers where account_id = $1) as identifiers,
         (select count(*)::int from group_members where account_id = $1) as members,
         (select coalesce(max(position), 0)::int from group_members where account_id = $1) as last,
         (select sum(member_count)::int from customer_groups where account_id = $1) as counted,
         (select count(*)::int from import_identifiers where account_id = $1) as remembered`,
      [accountId],
    ),
  );
  const size = model.joined.length;
  assert.deepEqual(
    counted,
    { customers: size, identifiers: size, members: size, last: size, counted: size, remembered: 0 },
    where,
  );
  // What a server leaves behind that dies over an upload goes after a day, everything else with its import.
  const { services } = server.app;
  const tomorrow = { now: () => new Date(Date.now() + 25 * 3_600_000) };
  await sweepAllUploads({ ...services, clock: tomorrow });
  assert.deepEqual(await services.objects.list(`uploads/${accountId}`), [], where);
}
