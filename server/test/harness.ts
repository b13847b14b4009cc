import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { type App, startApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import type { Overrides } from '../src/open-services.ts';
import { createAccount } from '../src/product/accounts/create-account.ts';
import { cloneDatabase, prepareKeys, startCluster, type TestCluster } from './cluster.ts';
import { type Answer, type CallOptions, send } from './send.ts';

export { type Answer, type CallOptions, send };

/** One account with an administrator signed in. */
export type Tenant = {
  accountId: string;
  workspaceId: string;
  userId: string;
  email: string;
  password: string;
  apiKey: string;
  token: string;
  refreshToken: string;
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
};

export type TestServer = {
  url: string;
  app: App;
  databaseUrl: string;
  dataDir: string;
  /** The settings it runs with, for further processes beside it. */
  environment: Record<string, string>;
  a: Tenant;
  b: Tenant;
  stop(): Promise<void>;
  restart(): Promise<void>;
};

let cluster: Promise<TestCluster> | null = null;
let loggingCluster: Promise<TestCluster> | null = null;
const open = new Set<TestServer>();

/** The run's cluster; a test file that runs alone starts its own. */
function theCluster(): Promise<TestCluster> {
  const url = process.env.NUDGESCRIBE_TEST_CLUSTER_URL;
  const rootKey = process.env.NUDGESCRIBE_TEST_ROOT_KEY;
  cluster ??=
    url !== undefined && rootKey !== undefined
      ? Promise.resolve({ url, rootKey, stop: async () => undefined })
      : startCluster();
  return cluster;
}

/** A cluster whose log can be read: what a server given from outside writes down, and where, is its owner's matter. */
export function clusterWithLog(): Promise<TestCluster> {
  if (process.env.NUDGESCRIBE_TEST_DATABASE_URL === undefined) return theCluster();
  loggingCluster ??= startCluster(null);
  return loggingCluster;
}

after(async () => {
  for (const server of open) await server.stop();
  await (await cluster)?.stop();
  await (await loggingCluster)?.stop();
});

type Credentials = { accountId: string; workspaceId: string; email: string; password: string; apiKey: string };

async function signIn(url: string, credentials: Credentials): Promise<Tenant> {
  const answer = await send(
    url,
    'POST',
    '/v1/auth',
    { email: credentials.email, password: credentials.password },
    { token: null, headers: { 'x-api-key': credentials.apiKey } },
  );
  if (answer.status !== 200) throw new Error(`The test tenant could not sign in: ${answer.text}`);
  const tenant: Tenant = {
    ...credentials,
    userId: answer.body.user_id,
    token: answer.body.access_token,
    refreshToken: answer.body.refresh_token,
    call: (method, path, body, options = {}) =>
      send(url, method, path, body, { ...options, token: options.token === undefined ? tenant.token : options.token }),
  };
  return tenant;
}

const secret = () => randomBytes(24).toString('base64url');

/**
 * Starts a whole server on a database and folder of its own, with two accounts. Stopped by itself when the file ends.
 * `prepareDatabase` comes before anybody else connects.
 */
export async function startTestServer(
  overrides: Overrides & {
    environment?: Record<string, string>;
    cluster?: TestCluster;
    prepareDatabase?: (databaseUrl: string) => Promise<void>;
  } = {},
): Promise<TestServer> {
  const { url: clusterUrl, rootKey } = overrides.cluster ?? (await theCluster());
  const database = await cloneDatabase(clusterUrl);
  await overrides.prepareDatabase?.(database.url);
  const dataDir = await mkdtemp(join(tmpdir(), 'nudgescribe-data-'));
  await prepareKeys(dataDir, rootKey);
  const first = { email: 'admin-a@example.test', password: secret(), apiKey: secret() };
  const environment = {
    NUDGESCRIBE_DATABASE_URL: database.url,
    NUDGESCRIBE_DATA_DIR: dataDir,
    NUDGESCRIBE_ROOT_KEY: rootKey,
    NUDGESCRIBE_PORT: '0',
    NUDGESCRIBE_LOG_LEVEL: process.env.NUDGESCRIBE_TEST_LOG ?? 'silent',
    // A test file calls more in a minute than a caller may; tests of the limits set their own.
    NUDGESCRIBE_CALLS_PER_MINUTE: '10000000',
    NUDGESCRIBE_SIGN_INS_PER_MINUTE: '10000000',
    NUDGESCRIBE_BOOTSTRAP_EMAIL: first.email,
    NUDGESCRIBE_BOOTSTRAP_PASSWORD: first.password,
    NUDGESCRIBE_BOOTSTRAP_API_KEY: first.apiKey,
    ...overrides.environment,
  };
  const start = () => startApp(readConfig(environment), { checkReplies: true, ...overrides });
  const app = await start();
  if (app.firstStart === null) throw new Error('A fresh test server must make its first account.');
  const a: Credentials = { ...first, accountId: app.firstStart.accountId, workspaceId: app.firstStart.workspaceId };
  const second = { email: 'admin-b@example.test', password: secret(), apiKey: secret() };
  const made = await createAccount(app.services, { accountName: 'Second', workspaceName: 'Main', ...second });
  const b: Credentials = { ...second, accountId: made.accountId, workspaceId: made.workspaceId };
  const server: TestServer = {
    url: app.url,
    app,
    databaseUrl: database.url,
    dataDir,
    environment,
    a: await signIn(app.url, a),
    b: await signIn(app.url, b),
    stop: async () => {
      if (!open.delete(server)) return;
      await server.app.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
    restart: async () => {
      await server.app.stop();
      server.app = await start();
      server.url = server.app.url;
      server.a = await signIn(server.url, a);
      server.b = await signIn(server.url, b);
    },
  };
  open.add(server);
  return server;
}

/** Waits until the check gives something, at most so long. For background work: tests poll as callers do. */
export async function until<T>(check: () => Promise<T | undefined | false>, timeoutMs = 120_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error('Waited in vain.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
