import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { connectAsOwner } from '../../../test/database-digest.ts';
import { isLongForm } from '../../../test/form.ts';
import { startTestServer, type Tenant, type TestServer, until } from '../../../test/harness.ts';
import { sealedTransaction } from '../../platform/database/database.ts';
import { createMisbehavingStorage, type MisbehavingStorage } from '../../providers/object-storage/misbehaving.ts';
import { readAnchor } from './anchor.ts';
import { linkEvents, raiseAnchor } from './link-events.ts';
import { tryLockTrail } from './store.ts';
import { randomTampering } from './test-tampering.ts';
import { isLinkingOverdue, readKnownLink, reportText, verifyAccount } from './verify-account.ts';
import { type KnownLink, verifyTrail } from './verify-trail.ts';

// npm run test:full asks for all of them; the short form shows that the harness itself sees what it should.
const TAMPERINGS = isLongForm ? 10_000 : 400;

let server: TestServer;
let a: Tenant;
let owner: pg.Client;

before(async () => {
  server = await startTestServer({ workers: false });
  a = server.a;
  owner = new pg.Client({ connectionString: server.databaseUrl });
  owner.on('error', () => undefined);
  await owner.connect();
});
after(() => owner.end());

const services = () => server.app.services;
const change = (name: string) => a.call('PUT', '/v1/cg', { workspace_id: a.workspaceId, group_name: name });

/** Verifies as the operator does: in one snapshot, since the server links beside it. */
async function verify(known: KnownLink[] = []) {
  await owner.query('begin isolation level repeatable read');
  try {
    return await verifyWithin(known);
  } finally {
    await owner.query('rollback');
  }
}

/** The same within the owner's own transaction, which sees what is not committed. */
async function verifyWithin(known: KnownLink[] = []) {
  const { auditKeys, objects } = services();
  const anchor = await readAnchor(objects, auditKeys, a.accountId);
  return verifyTrail(sealedTransaction(owner, auditKeys.seal), auditKeys, a.accountId, { anchor, known });
}

async function linkedTrail(events: number): Promise<void> {
  for (let index = 0; index < events; index += 1) assert.equal((await change(`Group ${Math.random()}`)).status, 200);
  await linkEvents(services(), a.accountId);
  await raiseAnchor(services(), a.accountId);
}

describe('the audit trail', () => {
  test('links what was committed, signs the end, and is found whole', async () => {
    await linkedTrail(10);
    await change('One that waits');
    const report = await verify();
    assert.deepEqual([report.problems, report.intact], [[], true]);
    assert.ok(report.position >= 11 && report.checkpoints >= 1, JSON.stringify(report));
  });

  test('is linked without holes by several at once, while events come in', async () => {
    const writing = Promise.all(Array.from({ length: 60 }, (_, index) => change(`At once ${index}`)));
    for (let round = 0; round < 5; round += 1)
      await Promise.all(Array.from({ length: 4 }, () => linkEvents(services(), a.accountId)));
    assert.ok((await writing).every(({ status }) => status === 200));
    await linkEvents(services(), a.accountId);
    await raiseAnchor(services(), a.accountId);
    const report = await verify();
    assert.deepEqual([report.problems, report.waiting], [[], 0]);
    const { rows } = await owner.query('select count(*)::int as n from audit_events where account_id = $1', [
      a.accountId,
    ]);
    assert.equal(report.position, rows[0].n);
  });

  test('a change that is rolled back leaves no event, one that is committed leaves one', async () => {
    const count = async () =>
      (await owner.query('select count(*)::int as n from audit_events where account_id = $1', [a.accountId])).rows[0].n;
    const before = await count();
    assert.equal((await change('Twice')).status, 200);
    assert.equal((await change('Twice')).status, 400);
    assert.equal(await count(), before + 1);
  });

  test('tampered with in any of thousands of ways, is found out every time', async (t) => {
    t.diagnostic(`${TAMPERINGS} tamperings`);
    await linkedTrail(25);
    // The server's own rounds find the trail taken, so that an event stays waiting.
    await owner.query(`select pg_advisory_lock(hashtextextended('audit trail ' || $1, 0))`, [a.accountId]);
    await change('Waits while others tamper');
    const held = await verify();
    assert.equal(held.intact, true);
    // Who holds the trail could delete a waiting event with its note unseen: for how long it has been held is told.
    assert.ok(held.waitingSince !== null && !isLinkingOverdue(held, new Date()));
    assert.ok(isLinkingOverdue(held, new Date(Date.now() + 61_000)));
    const unseen: string[] = [];
    const kinds = new Set<string>();
    for (let round = 0; round < TAMPERINGS; round += 1) {
      await owner.query('begin');
      try {
        const done = await randomTampering(owner, a.accountId, round);
        kinds.add(done.split(':')[0] ?? '');
        if ((await verifyWithin()).intact) unseen.push(`${round} ${done}`);
      } finally {
        await owner.query('rollback');
      }
    }
    assert.deepEqual(unseen, []);
    await owner.query('select pg_advisory_unlock_all()');
    assert.ok(kinds.size >= 14, [...kinds].join(', '));
    assert.equal((await verify()).intact, true);
  });

  test('cut back together with its anchor is found by a point that was written down elsewhere', async () => {
    const { position, linkHash } = await verify();
    const known = [{ position, linkHash: Buffer.from(linkHash, 'hex') }];
    assert.equal((await verify(known)).intact, true);
    await owner.query('begin');
    await owner.query('delete from audit_links where account_id = $1 and position > 20', [a.accountId]);
    const report = await verifyWithin(known);
    await owner.query('rollback');
    assert.ok(report.problems.some(({ kind }) => kind === 'cut'));
  });

  test('is verified as the operator does it, against the end it printed before', async () => {
    const report = await verifyAccount(services(), a.accountId, []);
    const text = reportText(a.accountId, report);
    assert.match(text, / {2}intact {2}/);
    const known = readKnownLink(/end (\S+)/.exec(text)?.[1] ?? '');
    assert.ok(known !== null);
    assert.equal((await verifyAccount(services(), a.accountId, [known])).intact, true);
    const other = { ...known, linkHash: Buffer.alloc(32) };
    assert.match(reportText(a.accountId, await verifyAccount(services(), a.accountId, [other])), /NOT INTACT.*cut: /s);
    for (const mistake of ['', '7', '7:abc', `-1:${'0'.repeat(64)}`]) assert.equal(readKnownLink(mistake), null);
  });

  test('a lost or altered anchor is told, and evidence of a cut is not written over', async () => {
    const path = join(server.dataDir, 'objects', a.accountId, 'audit', 'anchor.json');
    // Nothing is left to link, which would write the anchor again.
    await linkEvents(services(), a.accountId);
    await rm(path);
    assert.deepEqual(
      (await verify()).problems.map(({ kind }) => kind),
      ['anchor_missing'],
    );
    const { position } = await verify();
    await raiseAnchor(services(), a.accountId);
    assert.equal((await verify()).intact, true);
    const lost = async () => (await a.call('POST', '/v1/audit', { action: 'audit.anchor_lost' })).body;
    assert.deepEqual(
      (await lost()).map((event: { object_ids: { position: number } }) => event.object_ids.position),
      [position],
      'it is made anew, and the chain says so',
    );
    await linkEvents(services(), a.accountId);
    assert.equal((await lost()).length, 1);
    // The end is cut off for good, as whoever owns the database can; the server does not link meanwhile.
    await owner.query('begin');
    while (!(await tryLockTrail(sealedTransaction(owner, services().auditKeys.seal), a.accountId)));
    const last = (await verifyWithin()).position;
    await owner.query(
      'delete from audit_checkpoints where account_id = $1 and position > (select max(position) from audit_checkpoints where account_id = $1 and position < $2)',
      [a.accountId, last],
    );
    await owner.query(
      'delete from audit_links where account_id = $1 and position > (select max(position) from audit_checkpoints where account_id = $1)',
      [a.accountId],
    );
    await owner.query(
      'delete from audit_events e where account_id = $1 and not exists (select 1 from audit_links l where l.account_id = e.account_id and l.event_id = e.event_id)',
      [a.accountId],
    );
    await owner.query('delete from audit_pending where account_id = $1', [a.accountId]);
    await owner.query('commit');
    await change('After the cut');
    await linkEvents(services(), a.accountId);
    const { problems } = await verify();
    assert.ok(
      problems.some(({ kind }) => kind === 'cut'),
      JSON.stringify(problems),
    );
  });
});

describe('a lost anchor', () => {
  let server: TestServer;
  let storage: MisbehavingStorage;
  let onlooker: pg.Client;
  before(async () => {
    server = await startTestServer({
      workers: false,
      services: (real) => {
        storage = createMisbehavingStorage(real.objects);
        return { objects: storage };
      },
    });
    onlooker = await connectAsOwner(server.databaseUrl);
    // The first checkpoint has no anchor before it that could be lost.
    for (let checkpoint = 0; checkpoint < 2; checkpoint += 1) await linkOne();
  });
  after(() => onlooker.end());

  const parts = () => server.app.services;
  const isThere = async () => (await readAnchor(storage, parts().auditKeys, server.a.accountId)) !== 'missing';
  const count = async (what: string): Promise<number> =>
    (await onlooker.query(`select count(*)::int as n from ${what}`)).rows[0].n;
  const told = () => count("audit_events where action = 'audit.anchor_lost'");
  /** Has one more event linked, by this or by the server's own round, and sees what becomes of the anchor. */
  const linkOne = async () => {
    const group = { workspace_id: server.a.workspaceId, group_name: `Group ${Math.random()}` };
    assert.equal((await server.a.call('PUT', '/v1/cg', group)).status, 200);
    await linkEvents(parts(), server.a.accountId);
    await raiseAnchor(parts(), server.a.accountId);
  };
  /** Once the server's own rounds have nothing to do: it makes the anchor anew where it has linked something. */
  const lose = async () => {
    await until(async () => (await count('audit_pending')) === 0);
    await sleep(200);
    await rm(join(server.dataDir, 'objects', server.a.accountId, 'audit', 'anchor.json'));
  };

  test('is made anew only when the log tells that it was lost: nothing that fails in between leaves it untold', async () => {
    await lose();
    const before = await told();
    await onlooker.query('begin; lock table audit_events in share mode');
    try {
      await assert.rejects(raiseAnchor(parts(), server.a.accountId), { code: '55P03' });
    } finally {
      await onlooker.query('rollback');
    }
    assert.deepEqual([await isThere(), await told()], [false, before]);
    await raiseAnchor(parts(), server.a.accountId);
    assert.deepEqual([await isThere(), await told()], [true, before + 1]);
  });

  test('that cannot be made anew is told once, and once more when it is lost again', async () => {
    await lose();
    const before = await told();
    storage.misbehave({ calls: ['put'], error: new Error('The storage takes nothing.') });
    for (let round = 0; round < 4; round += 1) await assert.rejects(linkOne(), /takes nothing/);
    assert.deepEqual([await isThere(), await told()], [false, before + 1]);
    storage.misbehave(null);
    await linkOne();
    assert.deepEqual([await isThere(), await told()], [true, before + 1]);
    await lose();
    await linkOne();
    assert.deepEqual([await isThere(), await told()], [true, before + 2]);
  });

  test('that two find gone at once is told once', async () => {
    await lose();
    const before = await told();
    await Promise.all([raiseAnchor(parts(), server.a.accountId), raiseAnchor(parts(), server.a.accountId)]);
    assert.deepEqual([await isThere(), await told()], [true, before + 1]);
  });
});
