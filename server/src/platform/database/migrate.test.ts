import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { databaseUrl, startCluster, type TestCluster } from '../../../test/cluster.ts';
import { migrate } from './migrate.ts';

// A cluster of its own: roles belong to the whole cluster, and other tests' servers use theirs.
let cluster: TestCluster;
let owner: pg.Client;
before(async () => {
  cluster = await startCluster();
  owner = new pg.Client({ connectionString: cluster.url });
  await owner.connect();
});
after(async () => {
  await owner.end();
  await cluster.stop();
});

describe('migrating', () => {
  test('two databases of one cluster at the same moment do not keep each other from the roles', async () => {
    const passwords = { app: randomBytes(8).toString('hex'), operator: randomBytes(8).toString('hex') };
    const urls: string[] = [];
    for (const name of ['one', 'two', 'three', 'four']) {
      await owner.query(`create database ${name}`);
      urls.push(databaseUrl(cluster.url, name));
    }
    for (let round = 0; round < 10; round += 1) {
      const done = await Promise.all(urls.map((url) => migrate(url, passwords)));
      assert.deepEqual(
        done.map(({ applied }) => applied.length > 0),
        urls.map(() => round === 0),
      );
    }
  });
});
