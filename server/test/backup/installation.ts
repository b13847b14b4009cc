import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { type App, startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { restoreCommand } from '../../src/operator/restore.ts';
import { cloneDatabase, databaseUrl, onCluster } from '../cluster.ts';
import { send, type Tenant, type TestServer } from '../harness.ts';

/** What an empty installation is told: a database and a data folder (below this one) of its own, the same root key. */
export async function emptyInstallation(
  server: TestServer,
  folder: string,
): Promise<{ environment: Record<string, string>; drop(): Promise<void> }> {
  const { url, drop } = await cloneDatabase(databaseUrl(server.databaseUrl, 'postgres'));
  const dataDir = await mkdtemp(join(folder, 'data-'));
  const environment = { ...server.environment, NUDGESCRIBE_DATABASE_URL: url, NUDGESCRIBE_DATA_DIR: dataDir };
  return { environment, drop };
}

/** Runs `restore`, and gives what it told. */
export async function restore(environment: Record<string, string>, ...args: string[]): Promise<string> {
  const told: string[] = [];
  await restoreCommand(args, environment, (text) => told.push(text));
  return told.join('\n');
}

/** Signs a tenant in at another server; gives calls that must succeed. */
export async function signedIn(app: App, tenant: Tenant) {
  const { email, password, apiKey, workspaceId } = tenant;
  const answer = await send(
    app.url,
    'POST',
    '/v1/auth',
    { email, password },
    { token: null, headers: { 'x-api-key': apiKey } },
  );
  assert.equal(answer.status, 200, answer.text);
  return async (method: string, path: string, body: Record<string, unknown>) => {
    const found = await send(
      app.url,
      method,
      path,
      { workspace_id: workspaceId, ...body },
      { token: answer.body.access_token },
    );
    assert.equal(found.status, 200, `${path}: ${found.text}`);
    return found;
  };
}

/** With a server of these settings, which is stopped at the end. */
export async function withApp<T>(
  environment: Record<string, string>,
  workers: boolean,
  work: (app: App) => Promise<T>,
): Promise<T> {
  const app = await startApp(readConfig(environment), { checkReplies: true, workers });
  try {
    return await work(app);
  } finally {
    await app.stop();
  }
}

/** Runs a statement beside this database, on its server. */
export async function onServer(url: string, statement: string): Promise<void> {
  await onCluster(databaseUrl(url, 'postgres'), (client) => client.query(statement));
}
