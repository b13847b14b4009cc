import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { newId } from '../ids/ids.ts';
import { byteaArray, jsonbArray, uuidArray } from './binary-arrays.ts';

describe('binary arrays', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });

  test('Postgres reads them as what was given, empty ones too', async () => {
    const ids = [newId(), newId()];
    const bytes = [Buffer.from([0, 255, 92, 39]), Buffer.alloc(0)];
    const texts = ['{"1":"Ünï \\"quoted\\" \\\\ 😀"}', '{}'];
    await server.app.services.database.tenant(server.a.accountId, async (tx) => {
      const rows = await tx.rows<{ id: string; bytes: Buffer; value: unknown }>(
        'select * from unnest($1::uuid[], $2::bytea[], $3::jsonb[]) as given(id, bytes, value)',
        [uuidArray(ids), byteaArray(bytes), jsonbArray(texts)],
      );
      assert.deepEqual(
        rows.map((row) => [row.id, row.bytes, row.value]),
        ids.map((id, index) => [id, bytes[index], JSON.parse(texts[index] ?? '')]),
      );
      const none = await tx.rows('select * from unnest($1::uuid[])', [uuidArray([])]);
      assert.deepEqual(none, []);
    });
  });
  test('what is no uuid is refused before it is sent', () => {
    for (const bad of ['', 'x', `${newId()}0`, newId().replace('-', 'x'), 'z'.repeat(36)])
      assert.throws(() => uuidArray([bad]), TypeError);
  });
});
