import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedDatabase } from '../src/platform/database/embedded/embedded-database.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { installQueue } from '../src/platform/jobs/queue.ts';
import { deriveFrom, loadServerSecret } from '../src/product/sealing/key-records.ts';
import { parseRootKey } from '../src/product/sealing/root-key.ts';
import { createLocalKeyStore } from '../src/providers/key-store/local-folder.ts';
import { createLocalRootKeys } from '../src/providers/root-key/local-keys.ts';

/** One real Postgres for a whole test run, with a migrated template that every test server clones. */
export type TestCluster = { url: string; rootKey: string; stop(): Promise<void> };

const TEMPLATE = 'nudgescribe_template';

/** So that a line of the log tells its database and SQLSTATE. */
export const LOG_LINE_PREFIX = '%m [%p] %d/%e ';

export function databaseUrl(clusterUrl: string, database: string): string {
  const url = new URL(clusterUrl);
  url.pathname = `/${database}`;
  return url.toString();
}

/** Does some work with a connection of its own. */
export async function onCluster<T>(clusterUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: clusterUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Starts the cluster and its template. A `given` server is used and left running; null starts one in any case. */
export async function startCluster(
  given: string | null = process.env.NUDGESCRIBE_TEST_DATABASE_URL ?? null,
): Promise<TestCluster> {
  const rootKey = randomBytes(32).toString('hex');
  const folder = await mkdtemp(join(tmpdir(), 'nudgescribe-test-'));
  // Tests prove durability elsewhere; here every server is thrown away, so waiting for the disk proves nothing.
  const embedded =
    given === null
      ? await startEmbeddedDatabase({
          dataDir: folder,
          log: () => undefined,
          settings: { fsync: 'off', max_connections: '400', log_line_prefix: LOG_LINE_PREFIX },
        })
      : null;
  const url = given ?? embedded?.url ?? '';
  await onCluster(url, async (client) => {
    await client.query(`drop database if exists ${TEMPLATE}`);
    await client.query(`create database ${TEMPLATE}`);
  });
  const key = parseRootKey(rootKey);
  const template = databaseUrl(url, TEMPLATE);
  await migrate(template, {
    app: deriveFrom(key, 'database role app').toString('hex'),
    operator: deriveFrom(key, 'database role operator').toString('hex'),
  });
  await installQueue(template);
  return {
    url,
    rootKey,
    stop: async () => {
      await embedded?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Puts the cluster's server secret into a new data folder: its database roles, and so their passwords, are everybody's. */
export async function prepareKeys(dataDir: string, rootKey: string): Promise<void> {
  const bytes = parseRootKey(rootKey);
  await loadServerSecret(await createLocalRootKeys(async () => [bytes]), await createLocalKeyStore(dataDir), bytes);
}

/** A fresh database of its own, cloned from the template. */
export async function cloneDatabase(clusterUrl: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `t_${randomBytes(8).toString('hex')}`;
  await onCluster(clusterUrl, (client) => client.query(`create database ${name} template ${TEMPLATE}`));
  return {
    url: databaseUrl(clusterUrl, name),
    drop: async () => {
      await onCluster(clusterUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
}
