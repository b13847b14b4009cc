import assert from 'node:assert/strict';
import { type App, startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { databaseUrl, onCluster } from '../cluster.ts';
import { send, type Tenant } from '../harness.ts';

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
