import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import pg from 'pg';
import { type App, startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { send, type Tenant } from '../harness.ts';

/** Every row of every account, by table: how many, and one hash. */
export async function contentOf(url: string): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `select c.oid::regclass::text as name from pg_policy p join pg_class c on c.oid = p.polrelid where p.polname = 'tenant' order by 1`,
    );
    const content: Record<string, string> = {};
    for (const { name } of tables.rows) {
      const { rows } = await client.query(`select to_jsonb(t)::text as row from ${name} t order by 1`);
      content[name] = `${rows.length} ${createHash('sha256').update(JSON.stringify(rows)).digest('hex')}`;
    }
    return content;
  } finally {
    await client.end();
  }
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
export async function onServer(databaseUrl: string, statement: string): Promise<void> {
  const url = new URL(databaseUrl);
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  await client.query(statement);
  await client.end();
}
