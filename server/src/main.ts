import { parseArgs } from 'node:util';
import { startApp } from './app.ts';
import { startWorker } from './background-work.ts';
import { ConfigMistakes, readConfig } from './config.ts';
import { buildConsole } from './console-build.ts';
import { DataFolderRefused } from './data-folder.ts';
import { keysCommand } from './key-commands.ts';
import { backupCommand } from './operator/backup.ts';
import { createAccountCommand } from './operator/create-account.ts';
import { examine } from './operator/doctor.ts';
import { eraseAccountCommand } from './operator/erase-account.ts';
import { findingsText } from './operator/finding.ts';
import { passwordLinkCommand } from './operator/password-link.ts';
import { setQuotaCommand } from './operator/quota.ts';
import { restoreCommand } from './operator/restore.ts';
import { isUsageMistake, UsageMistake } from './operator/usage-mistake.ts';
import { verifyAuditCommand } from './operator/verify-audit.ts';
import { withServices } from './operator/with-services.ts';
import { EmbeddedDatabaseFailed } from './platform/database/embedded/errors.ts';
import { DatabaseNotOurs } from './platform/database/migrate.ts';
import { Failure } from './platform/errors/failure.ts';
import { AddressRefused } from './platform/http/front-door.ts';
import type { Log } from './platform/log/log.ts';
import { BootstrapRefused } from './product/accounts/bootstrap.ts';
import { BackupRefused } from './product/backups/backup-refused.ts';
import { RootKeyRefused } from './product/sealing/root-key.ts';
import { SealBroken } from './product/sealing/seal-broken.ts';
import { CountryFileRefused } from './providers/geography/country-file.ts';
import { KeyRecordDamaged } from './providers/key-store/key-store.ts';
import { RotationRefused } from './rotate-root-key.ts';

const USAGE = `Usage: npm run operator -- <command>

  serve [--no-worker]                    run the server (npm start does this); without worker it leaves jobs to others
  worker                                 only work off jobs, on the same database and storage as a server
  migrate                                bring the database up to this version and stop
  doctor                                 check this installation and say what to mend; exit code 1 when something must be
  account create --name N --email E [--workspace W] [--secrets-from-stdin]
      make a further account with its first administrator and API key; prints what it made, secrets too, once. With
      --secrets-from-stdin they are yours: the password in the first line, the key in the second; a blank one is made
  account quota --account ID --kind KIND --per-month N|none|general
      what one account may use in a calendar month of imports, imported_rows, written_messages, exports, exported_rows
  account password-link --email E [--account ID] [--without-second-factor]
      print a one-time link for choosing a password, for somebody whom no administrator can help
  account erase --account ID --name NAME [--receipt FILE]
      destroy an account's keys and delete everything it has, for good; its audit log stays. NAME is the account's, so
      that nobody erases another one by mistake. Prints a receipt, and writes it into a new FILE
  audit verify [--account ID [--known POSITION:HASH ...]]
      check that no audit event was altered, deleted, inserted, moved or cut off, in every account or in one, and that no
      account is gone with its log; prints the end of each chain, which --known compares with later when you keep it
      elsewhere; exit code 1 when something is wrong
  backup --to FOLDER [--keys FOLDER]     copy all accounts' rows and files into a new folder, while everything is served,
      and the keys into another: kept apart, neither opens anything
  restore --from FOLDER [--keys FOLDER] [--continue]
      put a backup into an empty database and data folder; the server must not run. Keys are added to what is there, so
      that whoever was erased since stays erased. --continue goes on after a restore of the same backup was broken off
  keys status                            which key versions each account has, by which root keys they are wrapped, how far
      rotations are, and which root keys there are
  keys rotate ACCOUNT … | --all          give accounts a new key and seal everything by it, while everything is served
  keys rotate-root                       wrap all keys by a new root key, while everything is served

Settings are environment variables; README.md lists them.`;

const print = (text: string) => process.stdout.write(`${text}\n`);

async function serve(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { worker: { type: 'boolean', default: true } }, allowNegative: true });
  const config = readConfig(process.env);
  buildConsole((reason) => print(`The console could not be built: ${reason}`));
  const app = await startApp(config, { workers: values.worker });
  if (app.firstStart !== null) print(firstStartText(app.firstStart));
  print(`Nudgescribe is ready at ${app.url}  (console: ${app.url}/  API page: ${app.url}/docs)`);
  stopWhenTold(app);
}

async function work(args: string[]): Promise<void> {
  takesNothing(args);
  const worker = await startWorker(readConfig(process.env));
  print('Nudgescribe works off jobs.');
  stopWhenTold(worker);
}

function stopWhenTold(running: { services: { log: Log }; stop(): Promise<void> }): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    // npm passes a signal on that the process group had got already; the second one changes nothing.
    if (stopping) return;
    stopping = true;
    running.services.log.info('stopping', { signal });
    running.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', stop);
}

function firstStartText(made: {
  accountId: string;
  workspaceId: string;
  email: string;
  password: string | null;
  apiKey: string | null;
}): string {
  const given = '(as you supplied it)';
  return [
    'First start: an account, a workspace, an administrator and an API key were made. This is printed once only.',
    `  account_id    ${made.accountId}`,
    `  workspace_id  ${made.workspaceId}`,
    `  email         ${made.email}`,
    `  password      ${made.password ?? given}`,
    `  api key       ${made.apiKey ?? given}`,
  ].join('\n');
}

/** For commands without arguments: whoever gives some means something that they do not do. */
const takesNothing = (args: string[]) => parseArgs({ args, options: {} });

async function run([command = '', ...rest]: string[]): Promise<void> {
  // Before any command looks at its arguments: whoever asks for help has nothing done.
  if (command === 'help' || [command, ...rest].some((text) => text === '--help' || text === '-h')) {
    print(USAGE);
    return;
  }
  if (command === 'serve') return serve(rest);
  if (command === 'worker') return work(rest);
  if (command === 'migrate') {
    takesNothing(rest);
    // Opening them brings the database up to date.
    await withServices(readConfig(process.env), async () => undefined, true);
    print('The database is up to date.');
    return;
  }
  if (command === 'doctor') {
    takesNothing(rest);
    const findings = await examine(process.env);
    print(findingsText(findings));
    if (findings.some(({ level }) => level === 'bad')) process.exitCode = 1;
    return;
  }
  if (command === 'account' && rest[0] === 'create') {
    print(await createAccountCommand(rest.slice(1), process.env, process.stdin));
    return;
  }
  if (command === 'account' && rest[0] === 'quota') {
    print(await setQuotaCommand(rest.slice(1), process.env));
    return;
  }
  if (command === 'account' && rest[0] === 'password-link') {
    print(await passwordLinkCommand(rest.slice(1), process.env));
    return;
  }
  if (command === 'account' && rest[0] === 'erase') return eraseAccountCommand(rest.slice(1), process.env, print);
  if (command === 'backup') return backupCommand(rest, process.env, print);
  if (command === 'restore') return restoreCommand(rest, process.env, print);
  if (command === 'audit' && rest[0] === 'verify') {
    if (!(await verifyAuditCommand(rest.slice(1), process.env, print))) process.exitCode = 1;
    return;
  }
  if (command === 'keys') return keysCommand(readConfig(process.env), rest, print);
  throw new UsageMistake(
    command === '' ? 'Name a command.' : `Unknown command: ${[command, ...rest].join(' ').slice(0, 80)}`,
  );
}

run(process.argv.slice(2)).catch((error: unknown) => {
  const isMiswritten = isUsageMistake(error);
  const known = [
    ConfigMistakes,
    EmbeddedDatabaseFailed,
    AddressRefused,
    RootKeyRefused,
    BackupRefused,
    RotationRefused,
    BootstrapRefused,
    DatabaseNotOurs,
    DataFolderRefused,
    CountryFileRefused,
    SealBroken,
    KeyRecordDamaged,
    Failure,
  ].some((kind) => error instanceof kind);
  process.stderr.write(
    `${error instanceof Error ? (known || isMiswritten ? error.message : (error.stack ?? error.message)) : String(error)}\n`,
  );
  if (isMiswritten) process.stderr.write(`\n${USAGE}\n`);
  process.exit(1);
});
