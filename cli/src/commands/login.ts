import { readFile } from 'node:fs/promises';
import { createClient } from '@nudgescribe/sdk';
import type { Command } from 'commander';
import { UsageMistake } from '../mistakes.ts';
import { chooseWorkspace, DEFAULT_URL } from '../session.ts';
import { loginPath, readEnvironment, readLogin, removeLogin, writeLogin } from '../settings.ts';
import { openTerminal } from '../terminal.ts';

type LoginOptions = { url?: string; email?: string; workspace?: string; credentials?: string };
type Given = { email: string | null; password: string | null; apiKey: string | null };

async function readCredentials(path: string): Promise<Given> {
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  } catch {
    throw new UsageMistake(`${path} cannot be read as JSON with email, password and api_key.`);
  }
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  return { email: text(parsed.email), password: text(parsed.password), apiKey: text(parsed.api_key) };
}

async function login(options: LoginOptions): Promise<void> {
  const terminal = openTerminal();
  const environment = readEnvironment(process.env);
  const given: Given = options.credentials === undefined ? environment : await readCredentials(options.credentials);
  const asked = options.url ?? environment.url;
  const typed = asked ?? (terminal.isInteractive ? await terminal.ask(`Server [${DEFAULT_URL}]: `) : '');
  const url = typed === '' ? DEFAULT_URL : typed;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new UsageMistake(`"${url}" is no address of a server. It begins with http:// or https://.`);
  const email = options.email ?? given.email ?? (await terminal.ask('Email: '));
  const password = given.password ?? (await terminal.askSecret('Password: '));
  const apiKey = given.apiKey ?? (await terminal.askSecret('API key: '));

  const client = createClient({ baseUrl: url, apiKey });
  const pair = await client.auth.signIn({ email, password });
  const workspaces = await client.workspaces.list({});
  const wish = options.workspace ?? environment.workspace;
  const workspaceId =
    wish === null
      ? workspaces.length === 1
        ? (workspaces[0]?.workspace_id ?? null)
        : null
      : await chooseWorkspace(client, wish);
  const path = loginPath(process.env);
  await writeLogin(path, {
    url,
    email,
    access_token: pair.access_token,
    refresh_token: pair.refresh_token,
    workspace_id: workspaceId,
  });
  const workspace = workspaces.find(({ workspace_id }) => workspace_id === workspaceId);
  terminal.print(
    `Logged in to ${url} as ${pair.role_code}${workspace === undefined ? '' : `, workspace "${workspace.workspace_name}"`}.`,
  );
  terminal.note(`The login is kept in ${path}.`);
  if (workspace === undefined)
    terminal.note('Choose a workspace with "nudgescribe workspaces use", or name one with --workspace.');
}

async function logout(): Promise<void> {
  const terminal = openTerminal();
  const path = loginPath(process.env);
  const held = await readLogin(path);
  await removeLogin(path);
  if (held === null) return terminal.print('Nobody was logged in.');
  const ended = await createClient({ baseUrl: held.url, accessToken: held.access_token })
    .sessions.end({})
    .then(
      () => true,
      () => false,
    );
  terminal.print(
    ended
      ? `You are signed out of ${held.url}, and the login is forgotten on this computer.`
      : `The login to ${held.url} is forgotten on this computer; the server could not be told.`,
  );
}

export function addLoginCommands(program: Command): void {
  program
    .command('login')
    .description('sign in to a server and keep the login')
    .option('--url <url>', `address of the server (NUDGESCRIBE_URL; default ${DEFAULT_URL})`)
    .option('--email <email>', 'your email address (NUDGESCRIBE_EMAIL)')
    .option('--workspace <id or name>', 'workspace to work in from now on')
    .option('--credentials <file>', 'take email, password and api_key from a JSON file, such as the demo makes')
    .addHelpText(
      'after',
      `
Password and API key are asked for without being shown, or taken from NUDGESCRIBE_PASSWORD and NUDGESCRIBE_API_KEY.
Neither is kept: only the tokens the server gives are, readable by you alone.`,
    )
    .action(login);
  program.command('logout').description('sign out, and forget the login on this computer').action(logout);
}
