import { type Client, createClient, type Tokens } from '@nudgescribe/sdk';
import { Unsuccessful, UsageMistake } from './mistakes.ts';
import { loginPath, readEnvironment, readLogin, type SavedLogin, writeLogin } from './settings.ts';
import { openTerminal, type Terminal } from './terminal.ts';

export const DEFAULT_URL = 'http://127.0.0.1:8787';

/** Options every command takes. */
export type CommonOptions = { workspace?: string };

export type Session = { client: Client; terminal: Terminal; workspaceId: string };

const normalUrl = (url: string) => url.replace(/\/+$/, '');

function clientFromLogin(path: string, login: SavedLogin): Client {
  const keep = (tokens: Tokens) => {
    writeLogin(path, { ...login, access_token: tokens.accessToken, refresh_token: tokens.refreshToken }).catch(() =>
      process.stderr.write(`The renewed login could not be kept in ${path}.\n`),
    );
  };
  return createClient({
    baseUrl: login.url,
    accessToken: login.access_token,
    refreshToken: login.refresh_token ?? undefined,
    onTokens: keep,
  });
}

/** A client that is signed in: by the environment when it has all three credentials, else by the kept login. */
export async function openClient(): Promise<{ client: Client; savedWorkspace: string | null }> {
  const environment = readEnvironment(process.env);
  const path = loginPath(process.env);
  const login = await readLogin(path);
  const { email, password, apiKey } = environment;
  if (email !== null && password !== null && apiKey !== null) {
    const client = createClient({ baseUrl: environment.url ?? login?.url ?? DEFAULT_URL, apiKey });
    await client.auth.signIn({ email, password });
    return { client, savedWorkspace: null };
  }
  if (login === null) throw new Unsuccessful('You are not logged in. Run "nudgescribe login" first.');
  // Tokens go only to the server that gave them.
  if (environment.url !== null && normalUrl(environment.url) !== normalUrl(login.url))
    throw new Unsuccessful(
      `NUDGESCRIBE_URL is ${environment.url}, but you are logged in to ${login.url}. Run "nudgescribe login" for the other server.`,
    );
  return { client: clientFromLogin(path, login), savedWorkspace: login.workspace_id };
}

/** The id of the workspace meant by id or name, or the only one there is. Throws UsageMistake. */
export async function chooseWorkspace(client: Client, wish: string | null): Promise<string> {
  const workspaces = await client.workspaces.list({});
  if (wish !== null) {
    const found = workspaces.find(
      ({ workspace_id, workspace_name }) =>
        workspace_id === wish || workspace_name.toLowerCase() === wish.trim().toLowerCase(),
    );
    if (found === undefined)
      throw new UsageMistake(`There is no workspace "${wish}" that you may use. "nudgescribe workspaces" lists them.`);
    return found.workspace_id;
  }
  const [first] = workspaces;
  if (first === undefined) throw new Unsuccessful('You may use no workspace of this account.');
  if (workspaces.length > 1)
    throw new UsageMistake(
      'There are several workspaces. Name one with --workspace, or keep one with "nudgescribe workspaces use".',
    );
  return first.workspace_id;
}

/** Everything a command in a workspace needs: --workspace, NUDGESCRIBE_WORKSPACE, the kept one, or the only one. */
export async function openSession(options: CommonOptions): Promise<Session> {
  const { client, savedWorkspace } = await openClient();
  const wish = options.workspace ?? readEnvironment(process.env).workspace ?? savedWorkspace;
  return { client, terminal: openTerminal(), workspaceId: await chooseWorkspace(client, wish) };
}
