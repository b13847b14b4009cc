import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer, until } from '../../../test/harness.ts';
import { asOwner } from '../../platform/database/as-owner.ts';
import { noteErasures } from './keep-erasures.ts';
import { testWorkspace } from './test-workspace.ts';

test('erasures are noted, whatever trouble there is with those of another account', async () => {
  const server = await startTestServer({ workers: false });
  const { database, keyStore, queue, log } = server.app.services;
  const names = [];
  for (const tenant of [server.a, server.b]) {
    const space = await testWorkspace(tenant);
    await space.check({ customer_data: [{ email: 'noted@x.example', name: 'N' }] });
    const identifiers = [{ email: 'noted@x.example' }];
    // The server's own keeper takes the note within a second, so that it is held back for both.
    await tenant.call('DELETE', '/v1/customer', { workspace_id: tenant.workspaceId, identifiers });
    names.push(tenant.accountId);
  }
  const notes = (noted: boolean) =>
    asOwner(server.databaseUrl, async (client) => {
      const { rows } = await client.query('select account_id from erasure_notes where noted = $1', [noted]);
      return new Set(rows.map(({ account_id }) => account_id));
    });
  await until(async () => (await notes(false)).size === 0);
  await asOwner(server.databaseUrl, (client) => client.query('update erasure_notes set noted = false'));
  const taken: string[] = [];
  const failing = {
    ...keyStore,
    noteErasure: async (note: Parameters<typeof keyStore.noteErasure>[0]) => {
      taken.push(note.account_id);
      throw new Error('this disk is full');
    },
  };
  await noteErasures({ database, keyStore: failing, queue, log });
  assert.deepEqual(new Set(taken), new Set(names));
});
