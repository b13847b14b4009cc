import { join } from 'node:path';
import { type Config, ConfigMistakes, readConfig } from '../config.ts';
import { DataFolderRefused, hasServerKeys, isThere, refuseAsRoot, refuseWithoutKeys } from '../data-folder.ts';
import { openEmbedded, openServices } from '../open-services.ts';
import { inspectDatabase } from '../platform/database/inspect.ts';
import { DatabaseNotOurs } from '../platform/database/migrate.ts';
import { createLog } from '../platform/log/log.ts';
import { countWithoutSecondFactorRule, livingAccounts } from '../product/accounts/store.ts';
import { everyAccount } from '../product/audit/every-account.ts';
import { lastBackedUp } from '../product/audit/store.ts';
import { vanishedAccounts } from '../product/audit/vanished-accounts.ts';
import { isLinkingOverdue, verifyAccount } from '../product/audit/verify-account.ts';
import { staleJobs } from '../product/jobs/store.ts';
import type { Services } from '../product/services.ts';
import { checkAccountKeys } from './check-account-keys.ts';
import { checkDatabase } from './check-database.ts';
import { checkFiles } from './check-files.ts';
import { checkSettings } from './check-settings.ts';
import { bad, type Finding, good, note } from './finding.ts';

const STUCK_SECONDS = 15 * 60;
const STUCK_SHOWN = 1_000;
const BACKED_UP_DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1_000;

async function checkWork({ database, queue }: Services): Promise<Finding[]> {
  let stuck = 0;
  // Imports that wait behind others look for their turn the more seldom the more are before them.
  for (const ref of await database.acrossAccounts((tx) => staleJobs(tx, STUCK_SECONDS, STUCK_SHOWN)))
    if (!(await database.tenant(ref.account_id, (tx) => queue.sleeps(tx, ref)))) stuck += 1;
  if (stuck === 0) return [good('No job is stuck.')];
  return [
    note(
      `${stuck} jobs have not moved for a quarter of an hour.`,
      'Start a server or worker; if one runs, look into its log for job_attempt_failed.',
    ),
  ];
}

async function checkTrails(services: Services): Promise<Finding[]> {
  const accounts = await everyAccount(services);
  const vanished = await vanishedAccounts(services);
  if (accounts.length + vanished.length === 0)
    return [
      note(
        'There is no account, so there is no audit trail either.',
        'Start the server: it makes the first one. If there were accounts, this is another database, or it was emptied.',
      ),
    ];
  let [broken, overdue] = [vanished.length, 0];
  for (const accountId of accounts) {
    const report = await verifyAccount(services, accountId, []);
    if (!report.intact) broken += 1;
    if (isLinkingOverdue(report, services.clock.now())) overdue += 1;
  }
  const late = note(
    `Events of ${overdue} accounts have waited for more than a minute to be linked into the audit trail.`,
    'Start a server; if one runs, something in the database keeps it from linking. Until they are linked, nobody can tell that one was deleted.',
  );
  const state =
    broken === 0
      ? good(`The audit trails of ${accounts.length} accounts are intact.`)
      : bad(
          `The audit trail of ${broken} accounts is not intact.`,
          'Run "npm run operator -- audit verify": it tells what was done to it.',
        );
  return overdue === 0 ? [state] : [state, late];
}

async function checkBackups({ database, clock }: Services): Promise<Finding[]> {
  const accounts = await database.acrossAccounts(livingAccounts);
  const since = clock.now().getTime() - BACKED_UP_DAYS * DAY_MS;
  const isLate = (at: Date | null) => at === null || at.getTime() < since;
  let [late, keyless] = [0, 0];
  for (const accountId of accounts) {
    const last = await database.tenant(accountId, (tx) => lastBackedUp(tx, accountId));
    if (isLate(last.at)) late += 1;
    else if (isLate(last.with_keys_at)) keyless += 1;
  }
  const findings: Finding[] = [];
  if (late > 0)
    findings.push(
      note(
        `${late} of ${accounts.length} accounts were not backed up by "operator backup" in the last ${BACKED_UP_DAYS} days.`,
        'Run "npm run operator -- backup --to FOLDER --keys OTHER_FOLDER" every day, and keep the two apart on other machines.',
      ),
    );
  if (keyless > 0)
    findings.push(
      note(
        `${keyless} of ${accounts.length} accounts were backed up without their keys only, in the last ${BACKED_UP_DAYS} days: such a backup restores nothing by itself.`,
        'Name a folder with --keys, apart from the backup; or see to it yourself that data/keys is copied as often.',
      ),
    );
  return findings.length > 0
    ? findings
    : [good(`Every account was backed up in the last ${BACKED_UP_DAYS} days, with its keys.`)];
}

async function checkSecondFactor({ database }: Services): Promise<Finding[]> {
  const accounts = await database.acrossAccounts(countWithoutSecondFactorRule);
  if (accounts === 0) return [good('Every account demands a second factor of its people.')];
  return [
    note(
      `${accounts} accounts leave the second factor to their people.`,
      'Their administrators demand it in the console: Administration, People.',
    ),
  ];
}

async function checkStores(config: Config): Promise<Finding[]> {
  const log = createLog('silent');
  const embedded = config.databaseUrl === null ? await openEmbedded(config.dataDir, log, 'either') : null;
  try {
    const facts = await inspectDatabase(config.databaseUrl ?? embedded?.url ?? '');
    const findings = checkDatabase(facts);
    // The services are not opened on what is to be brought up to date, and cannot be without their roles.
    if (facts.pending.length > 0 || facts.foreign.length > 0 || facts.roles.length < 2) return findings;
    const { services, close } = await openServices({ ...config, logLevel: 'silent' }, { database: 'either' });
    try {
      const looks = [checkAccountKeys, checkWork, checkTrails, checkBackups, checkSecondFactor];
      for (const look of looks) findings.push(...(await look(services)));
      return findings;
    } finally {
      await close();
    }
  } finally {
    await embedded?.stop();
  }
}

/**
 * `doctor`: looks at an installation and says what to mend. Runs beside a running server, and changes nothing but an
 * object that it stores, reads and deletes; a built-in database that does not run is started for as long as it takes.
 */
export async function examine(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  let config: Config;
  try {
    config = readConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigMistakes)) throw error;
    return error.mistakes.map((mistake) => bad(mistake, 'Mend the setting; the rest is looked at afterwards.'));
  }
  const settings = checkSettings(config);
  const mayExist = await mayBeInstalled(config);
  try {
    await refuseAsRoot(config.dataDir);
    await refuseWithoutKeys(config);
  } catch (error) {
    if (error instanceof DataFolderRefused) return [...settings, bad(error.what, error.mend)];
    // A database or keys that cannot be asked are looked at below, unless there are no keys to begin with.
    if (!mayExist) return [...settings, cannotBeUsed(config, error)];
  }
  if (!mayExist)
    return [...settings, note(`There is no installation in ${config.dataDir} yet.`, 'Start the server: it makes one.')];
  const files = await checkFiles(config);
  if (files.some(({ level, what }) => level === 'bad' && /root key/i.test(what))) return [...settings, ...files];
  const stores = await checkStores(config).catch((error: unknown) => [cannotBeUsed(config, error)]);
  return [...settings, ...files, ...stores];
}

/** Keys that cannot be read are there. */
const mayBeInstalled = ({ dataDir, databaseUrl }: Config) =>
  databaseUrl === null ? isThere(join(dataDir, 'postgres')) : hasServerKeys(dataDir).catch(() => true);

function cannotBeUsed(config: Config, error: unknown): Finding {
  if (error instanceof DataFolderRefused) return bad(error.what, error.mend);
  if (error instanceof DatabaseNotOurs) return bad(error.message, 'The rest is looked at afterwards.');
  return bad(
    `The database cannot be used (${(error as { code?: string }).code ?? (error as Error).name}).`,
    config.databaseUrl === null
      ? 'Start the server and read what it says.'
      : 'Check NUDGESCRIBE_DATABASE_URL, and that the database runs and lets this machine in.',
  );
}
