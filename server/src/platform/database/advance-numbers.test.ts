import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { advanceNumbers } from './advance-numbers.ts';
import { asOwner } from './as-owner.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer({ workers: false });
});

test('a column goes on behind the number it is told, and is never set back', async () => {
  const next = (name: string) =>
    asOwner(server.databaseUrl, async (client) => {
      const { rows } = await client.query<{ number: string }>(
        `select nextval(pg_get_serial_sequence('${name}', 'number')) as number`,
      );
      return Number(rows[0]?.number);
    });
  await asOwner(server.databaseUrl, (client) =>
    client.query('create table "Numbered" (number bigint generated always as identity)'),
  );
  const advance = (highest: number) =>
    advanceNumbers(server.databaseUrl, [{ table: 'Numbered', column: 'number', highest }]);
  await advance(0);
  assert.equal(await next('"Numbered"'), 1);
  await advance(7);
  assert.equal(await next('"Numbered"'), 8);
  await advance(5);
  assert.equal(await next('"Numbered"'), 9, 'what was given out since is not given out again');
});
