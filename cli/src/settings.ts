import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

type Environment = Record<string, string | undefined>;

/** What `login` keeps: tokens, never the password or the API key. */
export type SavedLogin = {
  url: string;
  email: string;
  access_token: string;
  refresh_token: string | null;
  workspace_id: string | null;
};

/** Where the login is kept (XDG Base Directory Specification). */
export function loginPath(environment: Environment): string {
  const folder = environment.XDG_CONFIG_HOME?.trim();
  const base = folder === undefined || folder === '' ? join(homedir(), '.config') : folder;
  return join(base, 'nudgescribe', 'login.json');
}

const textOrNull = (value: unknown) => (typeof value === 'string' ? value : null);

/** Null when nobody is logged in, or when the file cannot be used. */
export async function readLogin(path: string): Promise<SavedLogin | null> {
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  } catch {
    return null;
  }
  const url = textOrNull(parsed.url);
  const accessToken = textOrNull(parsed.access_token);
  if (url === null || accessToken === null) return null;
  return {
    url,
    email: textOrNull(parsed.email) ?? '',
    access_token: accessToken,
    refresh_token: textOrNull(parsed.refresh_token),
    workspace_id: textOrNull(parsed.workspace_id),
  };
}

/** Replaces the file as a whole, so that a command that is stopped leaves the old login or the new one. */
export async function writeLogin(path: string, login: SavedLogin): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const next = `${path}.${process.pid}`;
  await writeFile(next, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 });
  await chmod(next, 0o600);
  await rename(next, path);
}

export async function removeLogin(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** What the environment says; all three credentials together let commands work unattended, without `login`. */
export function readEnvironment(environment: Environment) {
  const text = (name: string) => {
    const value = environment[name]?.trim();
    return value === undefined || value === '' ? null : value;
  };
  return {
    url: text('NUDGESCRIBE_URL'),
    email: text('NUDGESCRIBE_EMAIL'),
    password: text('NUDGESCRIBE_PASSWORD'),
    apiKey: text('NUDGESCRIBE_API_KEY'),
    workspace: text('NUDGESCRIBE_WORKSPACE'),
  };
}
