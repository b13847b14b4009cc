import { parseArgs } from 'node:util';
import { openServices, startApp } from './app.ts';
import { ConfigMistakes, readConfig } from './config.ts';
import { EmbeddedDatabaseFailed } from './platform/database/embedded/errors.ts';
import { DatabaseNotOurs } from './platform/database/migrate.ts';
import { Failure } from './platform/errors/failure.ts';
import { AddressRefused } from './platform/http/front-door.ts';
import { BootstrapRefused } from './product/accounts/bootstrap.ts';
import { createAccount } from './product/accounts/create-account.ts';
import { RootKeyRefused } from './product/sealing/root-key.ts';

const USAGE = `Usage: npm run operator -- <command>

  serve                                  run the server (npm start does this)
  migrate                                bring the database up to this version and stop
  account create --name N --email E      make a further account with its first administrator and API key
      [--password P] [--api-key K] [--workspace W]

Settings are environment variables; README.md lists them.`;

const print = (text: string) => process.stdout.write(`${text}\n`);

async function serve(): Promise<void> {
  const config = readConfig(process.env);
  const app = await startApp(config);
  if (app.firstStart !== null) print(firstStartText(app.firstStart));
  print(`Nudgescribe is ready at ${app.url}  (API page: ${app.url}/docs)`);
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    // npm passes a signal on that the process group had got already; the second one changes nothing.
    if (stopping) return;
    stopping = true;
    app.services.log.info('stopping', { signal });
    app.stop().then(
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

async function createAccountCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      name: { type: 'string' },
      email: { type: 'string' },
      password: { type: 'string' },
      'api-key': { type: 'string' },
      workspace: { type: 'string' },
    },
  });
  if (values.name === undefined || values.email === undefined)
    throw new UsageMistake('account create needs --name and --email.');
  const { services, close } = await openServices(
    { ...readConfig(process.env), logLevel: 'warn' },
    { besideServer: true },
  );
  try {
    const made = await createAccount(services, {
      accountName: values.name,
      email: values.email,
      password: values.password ?? null,
      apiKey: values['api-key'] ?? null,
      workspaceName: values.workspace ?? 'Main',
    });
    print(
      JSON.stringify(
        {
          account_id: made.accountId,
          workspace_id: made.workspaceId,
          email: made.email,
          password: made.password,
          api_key: made.apiKey,
        },
        null,
        2,
      ),
    );
  } finally {
    await close();
  }
}

class UsageMistake extends Error {
  override readonly name = 'UsageMistake';
}

async function run([command = '', ...rest]: string[]): Promise<void> {
  if (command === 'serve') return serve();
  if (command === 'migrate') {
    const { close } = await openServices({ ...readConfig(process.env), logLevel: 'warn' }, { besideServer: true });
    await close();
    print('The database is up to date.');
    return;
  }
  if (command === 'account' && rest[0] === 'create') return createAccountCommand(rest.slice(1));
  if (command === 'help' || command === '--help') {
    print(USAGE);
    return;
  }
  throw new UsageMistake(
    command === '' ? 'Name a command.' : `Unknown command: ${[command, ...rest].join(' ').slice(0, 80)}`,
  );
}

run(process.argv.slice(2)).catch((error: unknown) => {
  const known = [
    ConfigMistakes,
    UsageMistake,
    EmbeddedDatabaseFailed,
    AddressRefused,
    RootKeyRefused,
    BootstrapRefused,
    DatabaseNotOurs,
    Failure,
  ].some((kind) => error instanceof kind);
  process.stderr.write(
    `${error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error)}\n`,
  );
  if (error instanceof UsageMistake) process.stderr.write(`\n${USAGE}\n`);
  process.exit(1);
});
