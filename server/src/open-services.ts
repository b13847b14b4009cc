import { mkdir } from 'node:fs/promises';
import type { Config } from './config.ts';
import { refuseAsRoot, refuseOthersKeys, refuseWithoutKeys } from './data-folder.ts';
import { type Clock, systemClock } from './platform/clock/clock.ts';
import { type Database, openDatabase } from './platform/database/database.ts';
import { type EmbeddedDatabase, startEmbeddedDatabase } from './platform/database/embedded/embedded-database.ts';
import { DataFolderInUse } from './platform/database/embedded/errors.ts';
import { connectToRunning } from './platform/database/embedded/running-database.ts';
import { isUpToDate, migrate } from './platform/database/migrate.ts';
import type { BodyPace } from './platform/http/body-pace.ts';
import { createTurns } from './platform/http/turns.ts';
import { installQueue, openQueue } from './platform/jobs/queue.ts';
import { createLog, describeError, type Log } from './platform/log/log.ts';
import { type AuditKeys, createAuditKeys } from './product/audit/chain.ts';
import { backupKeyOf } from './product/backups/manifest.ts';
import { createTokens } from './product/identity/tokens.ts';
import { jobKinds } from './product/job-kinds.ts';
import { createAccountKeyring, type KeyTiming } from './product/sealing/account-keys.ts';
import { deriveFrom, loadServerSecret } from './product/sealing/key-records.ts';
import type { Services } from './product/services.ts';
import { createWriters, modelWriter } from './product/writing/writers.ts';
import { openCountryFile } from './providers/geography/country-file.ts';
import { nowhere } from './providers/geography/geography.ts';
import { createLocalKeyStore } from './providers/key-store/local-folder.ts';
import { createLocalObjectStorage } from './providers/object-storage/local-folder.ts';
import { loadRootKey } from './root-key.ts';

/** What tests put in place of the real thing. */
export type Overrides = {
  clock?: Clock;
  log?: Log;
  checkReplies?: boolean;
  workers?: boolean;
  bodyPace?: BodyPace;
  keyTiming?: Partial<KeyTiming>;
  /** Replaces services, or is told the real ones to put something around them. */
  services?: Partial<Services> | ((real: Services) => Partial<Services>);
};

const STOP_MS = 6_000;

/**
 * Whose embedded database it is: the server starts its own; a worker uses the server's; a command uses the server's if
 * one runs, else starts it for as long as it takes.
 */
export type DatabaseUse = 'own' | 'of the server' | 'either';

/** The database of this data folder, started if that is wanted and nobody runs it. */
export async function openEmbedded(dataDir: string, log: Log, use: DatabaseUse): Promise<EmbeddedDatabase> {
  if (use === 'of the server') return connectToRunning(dataDir);
  try {
    return await startEmbeddedDatabase({ dataDir, log: (event, fields) => log.info(event, fields) });
  } catch (error) {
    if (use === 'own' || !(error instanceof DataFolderInUse)) throw error;
    return connectToRunning(dataDir);
  }
}

async function openStores(
  config: Config,
  log: Log,
  secret: Buffer,
  seal: AuditKeys['seal'],
  { use, migrates, upTo }: { use: DatabaseUse; migrates: boolean; upTo: number },
) {
  const embedded: EmbeddedDatabase | null =
    config.databaseUrl === null ? await openEmbedded(config.dataDir, log, use) : null;
  const ownerUrl = config.databaseUrl ?? embedded?.url ?? '';
  let database: Database | null = null;
  try {
    const { passwords, urls } = rolesOf(ownerUrl, secret);
    await refuseOthersKeys(config.dataDir, ownerUrl, urls.app);
    // Whoever is not to change an installation still makes one that is not there yet.
    if (migrates || !(await isUpToDate(ownerUrl))) {
      const { applied } = await migrate(ownerUrl, passwords, upTo);
      if (applied.length > 0) log.info('migrated', { applied });
      await installQueue(ownerUrl);
    }
    database = openDatabase(urls, {
      poolSize: 20,
      seal,
      onIdleError: (error) => log.warn('database_connection_lost', describeError(error)),
    });
    await database.checkRoles();
    const queue = await openQueue(urls.app, log);
    return { embedded, database, queue, ownerUrl };
  } catch (error) {
    await database?.close();
    await embedded?.stop();
    throw error;
  }
}

/** The passwords that the server's secret makes for its roles, and where these sign in. */
export function rolesOf(ownerUrl: string, secret: Buffer) {
  const passwords = {
    app: deriveFrom(secret, 'database role app').toString('hex'),
    operator: deriveFrom(secret, 'database role operator').toString('hex'),
  };
  const urls = {
    app: roleUrl(ownerUrl, 'nudgescribe_app', passwords.app),
    operator: roleUrl(ownerUrl, 'nudgescribe_operator', passwords.operator),
  };
  return { passwords, urls };
}

function roleUrl(ownerUrl: string, user: string, password: string): string {
  const url = new URL(ownerUrl);
  url.username = user;
  url.password = password;
  return url.toString();
}

/** Opens the stores and builds the services: everything but the HTTP server and the workers. For operator commands too. */
export async function openServices(
  config: Config,
  overrides: Overrides & {
    database?: DatabaseUse;
    /** Whether an installation of an older version is brought up to this one; a server does that, and restoring. */
    migrates?: boolean;
    /** The last migration to run, where rows of an older version are to be put in first. */
    migrateUpTo?: number;
  } = {},
) {
  const log = overrides.log ?? createLog(config.logLevel);
  await refuseAsRoot(config.dataDir);
  await refuseWithoutKeys(config);
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const rootKey = await loadRootKey(config);
  const keyStore = await createLocalKeyStore(config.dataDir);
  const secret = await loadServerSecret(rootKey, keyStore);
  const auditKeys = createAuditKeys(
    deriveFrom(secret, 'audit sealing'),
    deriveFrom(secret, 'audit checkpoint signing'),
  );
  const use = overrides.database ?? 'own';
  const { embedded, database, queue, ownerUrl } = await openStores(config, log, secret, auditKeys.seal, {
    use,
    migrates: overrides.migrates ?? use === 'own',
    upTo: overrides.migrateUpTo ?? Number.POSITIVE_INFINITY,
  });
  const clock = overrides.clock ?? systemClock;
  const geography =
    config.geoipFile === null
      ? nowhere
      : await openCountryFile(config.geoipFile, (error) => log.warn('geoip_file_refused', describeError(error)));
  const real: Services = {
    config,
    clock,
    log,
    database,
    queue,
    objects: await createLocalObjectStorage(config.dataDir),
    keyStore,
    keyring: createAccountKeyring({ rootKey, keyStore, timing: overrides.keyTiming ?? {} }),
    jobKinds,
    auditKeys,
    geography,
    storing: createTurns(1),
    attemptKey: deriveFrom(secret, 'sign-in attempts'),
    linkKey: deriveFrom(secret, 'signed links'),
    backupKey: backupKeyOf(secret),
    writers: createWriters(config.writers.map(modelWriter)),
    // In production a proxy ends TLS in front of the server, whatever the server itself sees.
    cookies: { secure: config.mode === 'production' || (config.publicUrl?.startsWith('https://') ?? false) },
    tokens: createTokens({
      signingKey: deriveFrom(secret, 'token signing'),
      clock,
      accessSeconds: config.accessTokenSeconds,
      refreshSeconds: config.refreshTokenSeconds,
      sessionSeconds: config.sessionSeconds,
    }),
  };
  const { services: change } = overrides;
  const services = { ...real, ...(typeof change === 'function' ? change(real) : change) };
  const close = async () => {
    real.keyring.close();
    geography.close();
    await services.queue.stop(STOP_MS);
    await database.close();
    await embedded?.stop();
  };
  return { services, close, ownerUrl };
}
