import { mkdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from './config.ts';
import { type Clock, systemClock } from './platform/clock/clock.ts';
import { openDatabase } from './platform/database/database.ts';
import { type EmbeddedDatabase, startEmbeddedDatabase } from './platform/database/embedded/embedded-database.ts';
import { DataFolderInUse } from './platform/database/embedded/errors.ts';
import { connectToRunning } from './platform/database/embedded/running-database.ts';
import { migrate } from './platform/database/migrate.ts';
import { clientAddress } from './platform/http/client-address.ts';
import { createFrontDoor } from './platform/http/front-door.ts';
import { registerOpenRoutes } from './platform/http/open-routes.ts';
import { describeApi } from './platform/http/openapi.ts';
import { createHttpServer } from './platform/http/server.ts';
import { installQueue, openQueue } from './platform/jobs/queue.ts';
import { createLog, describeError, type Log } from './platform/log/log.ts';
import { bootstrap } from './product/accounts/bootstrap.ts';
import type { MadeAccount } from './product/accounts/create-account.ts';
import { apiAbout } from './product/api-about.ts';
import { endpoints } from './product/endpoints.ts';
import { createGuard } from './product/identity/guard.ts';
import { createTokens } from './product/identity/tokens.ts';
import { createUploadReceiver } from './product/imports/receive-upload.ts';
import { jobKinds } from './product/job-kinds.ts';
import { createJobRunner } from './product/jobs/runner.ts';
import { createAccountKeyring } from './product/sealing/account-keys.ts';
import { deriveRootKey } from './product/sealing/root-key.ts';
import type { Services } from './product/services.ts';
import { createWriters, modelWriter } from './product/writing/writers.ts';
import { createLocalKeyStore } from './providers/key-store/local-folder.ts';
import { createLocalObjectStorage } from './providers/object-storage/local-folder.ts';
import { loadRootKey } from './root-key.ts';

/** What tests put in place of the real thing. */
export type Overrides = {
  clock?: Clock;
  log?: Log;
  checkReplies?: boolean;
  workers?: boolean;
  services?: Partial<Services>;
};

export type App = {
  url: string;
  services: Services;
  /** What this very start made, to be printed once; null when the installation existed. */
  firstStart: MadeAccount | null;
  stop(): Promise<void>;
};

const STOP_MS = 6_000;
const SWEEP_MS = 30_000;
const JOB_CONCURRENCY = 4;

/** The embedded database: started here, or (for commands beside a running server) the one that the server runs. */
async function openEmbedded(dataDir: string, log: Log, besideServer: boolean): Promise<EmbeddedDatabase> {
  try {
    return await startEmbeddedDatabase({ dataDir, log: (event, fields) => log.info(event, fields) });
  } catch (error) {
    if (!besideServer || !(error instanceof DataFolderInUse)) throw error;
    return connectToRunning(dataDir);
  }
}

async function openStores(config: Config, log: Log, rootKey: Buffer, besideServer: boolean) {
  const embedded: EmbeddedDatabase | null =
    config.databaseUrl === null ? await openEmbedded(config.dataDir, log, besideServer) : null;
  const ownerUrl = config.databaseUrl ?? embedded?.url ?? '';
  try {
    const passwords = {
      app: deriveRootKey(rootKey, 'database role app').toString('hex'),
      operator: deriveRootKey(rootKey, 'database role operator').toString('hex'),
    };
    const { applied } = await migrate(ownerUrl, passwords);
    if (applied.length > 0) log.info('migrated', { applied });
    await installQueue(ownerUrl);
    const urls = {
      app: roleUrl(ownerUrl, 'nudgescribe_app', passwords.app),
      operator: roleUrl(ownerUrl, 'nudgescribe_operator', passwords.operator),
    };
    const database = openDatabase(urls, {
      poolSize: 20,
      onIdleError: (error) => log.warn('database_connection_lost', describeError(error)),
    });
    const queue = await openQueue(urls.app, log);
    return { embedded, database, queue };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

function roleUrl(ownerUrl: string, user: string, password: string): string {
  const url = new URL(ownerUrl);
  url.username = user;
  url.password = password;
  return url.toString();
}

/** Opens the stores and builds the services: everything but the HTTP server and the workers. For operator commands too. */
export async function openServices(config: Config, overrides: Overrides & { besideServer?: boolean } = {}) {
  const log = overrides.log ?? createLog(config.logLevel);
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const rootKey = await loadRootKey(config);
  const { embedded, database, queue } = await openStores(config, log, rootKey, overrides.besideServer ?? false);
  const clock = overrides.clock ?? systemClock;
  const services: Services = {
    config,
    clock,
    log,
    database,
    queue,
    objects: await createLocalObjectStorage(config.dataDir),
    keyring: createAccountKeyring({ rootKey, keyStore: await createLocalKeyStore(config.dataDir) }),
    jobKinds,
    linkKey: deriveRootKey(rootKey, 'signed links'),
    writers: createWriters(config.writers.map(modelWriter)),
    tokens: createTokens({
      signingKey: deriveRootKey(rootKey, 'token signing'),
      clock,
      accessSeconds: config.accessTokenSeconds,
      refreshSeconds: config.refreshTokenSeconds,
    }),
    ...overrides.services,
  };
  const close = async () => {
    await queue.stop(STOP_MS);
    await database.close();
    await embedded?.stop();
  };
  return { services, close };
}

/** Builds and starts everything once, and returns when calls are answered. `stop` ends it cleanly within 10 seconds. */
export async function startApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const door = createFrontDoor();
  const { port } = await door.listen(config.port, config.host);
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  const url = config.publicUrl ?? `http://${host}:${port}`;
  let opened: Awaited<ReturnType<typeof openServices>>;
  try {
    opened = await openServices(config, overrides);
  } catch (error) {
    await door.close(0);
    throw error;
  }
  const { services, close } = opened;
  try {
    const firstStart = await bootstrap(services);
    const http = createHttpServer({
      services,
      database: services.database,
      guard: createGuard({ ...services, apiCode: config.apiCode }),
      receiveUpload: createUploadReceiver(services),
      addressOf: clientAddress(config.trustedProxies),
      checkReplies: overrides.checkReplies ?? false,
      endpoints,
      log: services.log,
      trustedProxies: config.trustedProxies,
      serverFactory: (handler: (request: IncomingMessage, response: ServerResponse) => void) => {
        door.open(handler);
        return door.server;
      },
    });
    await registerOpenRoutes(http, {
      document: describeApi(endpoints, { ...apiAbout, serverUrl: url }),
      ready: () =>
        services.database.ping().then(
          () => true,
          () => false,
        ),
    });
    await http.ready();
    const runner = createJobRunner({
      services,
      database: services.database,
      queue: services.queue,
      kinds: jobKinds,
      log: services.log,
    });
    if (overrides.workers !== false) await services.queue.work(runner.run, JOB_CONCURRENCY);
    const sweep = setInterval(
      () => runner.sweep().catch((error) => services.log.warn('sweep_failed', describeError(error))),
      SWEEP_MS,
    );
    services.log.info('ready', { url });
    return {
      url,
      services,
      firstStart,
      stop: async () => {
        clearInterval(sweep);
        await Promise.all([door.close(STOP_MS), services.queue.stop(STOP_MS)]);
        await http.close();
        await close();
      },
    };
  } catch (error) {
    await door.close(0);
    await close();
    throw error;
  }
}
