import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { before, test } from 'node:test';
import { copyDatabase } from '../../../test/copy-database.ts';
import { contentOf, filledTables } from '../../../test/database-content.ts';
import { send, startTestServer, type TestServer } from '../../../test/harness.ts';
import { startApp } from '../../app.ts';
import { readConfig } from '../../config.ts';
import { eraseAccountCommand } from '../../operator/erase-account.ts';
import { type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { AccountKeysMissing } from '../sealing/key-records.ts';

let server: TestServer;
let six: TestCampaigns;
let other: TestCampaigns;

async function published(campaigns: TestCampaigns, name: string): Promise<string> {
  const campaignId = await campaigns.draft(name);
  await campaigns.written(campaignId);
  await campaigns.decide(campaignId, { all: true, review_status: 'Approved' });
  await campaigns.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
  await campaigns.ended((await campaigns.ok('POST', '/v1/messages/publish', { campaign_id: campaignId })).job_id);
  return campaignId;
}

before(async () => {
  server = await startTestServer();
  six = await testCampaigns(() => server.a);
  other = await testCampaigns(() => server.b);
});

test('an erased account is gone with its keys, also out of a restored older copy; others notice nothing', async () => {
  await published(six, 'Erased');
  const kept = await published(other, 'Kept');
  const { a, b, environment } = server;
  const command = async (...args: string[]) => {
    const told: string[] = [];
    await eraseAccountCommand(args, environment, (text) => told.push(text));
    return told.join('\n');
  };
  await assert.rejects(command('--account', b.accountId, '--name', 'Wrong'), /it is "Second"/);
  await assert.rejects(command('--account', '01a20b98-d574-7000-8648-42495b932e4c'), /no such account/);
  assert.equal((await b.call('POST', '/v1/workspace', {})).status, 200, 'nothing was erased');

  await server.app.stop();
  const backup = await copyDatabase(server.databaseUrl);
  const before = await contentOf(server.databaseUrl, b.accountId);
  assert.ok(filledTables(before).length > 15);

  // Beside a running server: it must notice by itself.
  server.app = await startApp(readConfig(environment), { checkReplies: true });
  const { url, services } = server.app;
  const receiptPath = join(server.dataDir, 'receipt.json');
  const name =
    (
      await services.database.tenant(a.accountId, (tx) =>
        tx.row<{ account_name: string }>('select account_name from accounts'),
      )
    )?.account_name ?? '';
  // A file that cannot be written is told of before anything is erased.
  const taken = join(server.dataDir, 'taken.json');
  await writeFile(taken, 'of another account');
  for (const [path, told] of [
    [taken, /is there already, and nothing was erased/],
    [join(server.dataDir, 'no-folder', 'receipt.json'), /cannot be made \(ENOENT\), and nothing was erased/],
  ] as const)
    await assert.rejects(command('--account', a.accountId, '--name', name, '--receipt', path), told);
  assert.equal(await readFile(taken, 'utf8'), 'of another account');
  assert.equal((await send(url, 'POST', '/v1/workspace', {}, { token: a.token })).status, 200, 'nothing was erased');
  const receipt = JSON.parse(await command('--account', a.accountId, '--name', name, '--receipt', receiptPath));
  assert.deepEqual(JSON.parse(await readFile(receiptPath, 'utf8')), receipt);
  assert.deepEqual([receipt.account_id, receipt.keys.length], [a.accountId, 1]);
  assert.match(receipt.keys[0].commitment, /^[0-9a-f]{32}$/);
  assert.ok(receipt.rows.customers === 6 && receipt.rows.users === 1 && receipt.objects >= 2, JSON.stringify(receipt));
  for (const token of [a.token, null]) {
    const headers = token === null ? { 'x-api-key': a.apiKey } : {};
    const body = token === null ? { email: a.email, password: a.password } : {};
    const path = token === null ? '/v1/auth' : '/v1/workspace';
    assert.equal((await send(url, 'POST', path, body, { token, headers })).status, 403);
  }
  await assert.rejects(services.keyring.forAccount(a.accountId), AccountKeysMissing);
  const left = filledTables(await contentOf(server.databaseUrl, a.accountId));
  assert.deepEqual(
    left.filter((table) => !table.startsWith('audit_')),
    ['accounts', 'usage_counts'],
  );
  assert.deepEqual(await services.objects.list(`published/${a.accountId}`), []);
  assert.equal((await stat(receiptPath)).mode & 0o077, 0);
  // Once more: what a kill had left would go now, and have a receipt; of nothing there is none, and no second event.
  await services.objects.put(`uploads/${a.accountId}/left`, Readable.from(['left']));
  const rest = JSON.parse(await command('--account', a.accountId));
  assert.deepEqual([rest.keys, rest.rows, rest.objects], [receipt.keys, {}, 1]);
  const noReceipt = join(server.dataDir, 'no-receipt.json');
  const again = await command('--account', a.accountId, '--receipt', noReceipt);
  assert.match(
    again,
    /^This account was erased already, at 20\d\d-.*Nothing was left to erase, so there is no receipt\./,
  );
  await assert.rejects(stat(noReceipt), /ENOENT/);
  const events = await services.database.tenant(a.accountId, (tx) =>
    tx.rows(`select 1 from audit_events where action = 'account.erased'`),
  );
  assert.equal(events.length, 1);

  // The other account: every row as it was, but for what a running server writes down by itself.
  const after = await contentOf(server.databaseUrl, b.accountId);
  const own = new Set(['audit_links', 'audit_pending', 'audit_checkpoints', 'audit_events']);
  for (const [table, content] of Object.entries(before))
    if (!own.has(table)) assert.equal(after[table], content, table);
  const fetched = await send(
    url,
    'POST',
    '/v1/messages/fetch',
    { workspace_id: b.workspaceId, campaign_id: kept, page: 1, format: 'json' },
    { token: b.token },
  );
  assert.equal(fetched.body.row_count, 6);

  // An older copy of the database comes back: the key store knows better, and nobody is answered before it was heard.
  await server.app.stop();
  assert.ok(filledTables(await contentOf(backup, a.accountId)).includes('customers'));
  const restored = await startApp(readConfig({ ...environment, NUDGESCRIBE_DATABASE_URL: backup }), {
    checkReplies: true,
  });
  try {
    const came = filledTables(await contentOf(backup, a.accountId));
    assert.deepEqual(
      came.filter((table) => !table.startsWith('audit_')),
      ['accounts', 'usage_counts'],
    );
    const login = { email: a.email, password: a.password };
    const headers = { 'x-api-key': a.apiKey };
    assert.equal((await send(restored.url, 'POST', '/v1/auth', login, { token: null, headers })).status, 403);
    assert.equal((await send(restored.url, 'POST', '/v1/workspace', {}, { token: b.token })).status, 200);
  } finally {
    await restored.stop();
  }
  server.app = await startApp(readConfig(environment), { checkReplies: true });
});
