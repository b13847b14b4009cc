import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Told } from './told.ts';

export type Credentials = { email: string; password: string; api_key: string };

const FILE = 'demo-credentials.json';

function readCredentials(text: string, path: string): Credentials {
  try {
    const { email, password, api_key } = JSON.parse(text) as Record<string, unknown>;
    if (typeof email === 'string' && typeof password === 'string' && typeof api_key === 'string')
      return { email, password, api_key };
  } catch {
    // Told below.
  }
  throw new Told(`${path} cannot be read. Delete the folder it stands in to let the demo begin anew.`);
}

/**
 * The demo's own login, kept in its data folder (0600) so that a second run finds its way in. It is written before the
 * server's first start. A folder with anything else in it is somebody's real data, and is refused.
 */
export async function openCredentials(dataDir: string): Promise<Credentials & { path: string }> {
  const path = join(dataDir, FILE);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const names = await readdir(dataDir);
  if (names.includes(FILE)) return { ...readCredentials(await readFile(path, 'utf8'), path), path };
  if (names.length > 0)
    throw new Told(
      `${dataDir} holds data that the demo did not make, so the demo leaves it alone. Name another folder in NUDGESCRIBE_DATA_DIR.`,
    );
  const made = {
    email: 'demo@example.com',
    password: randomBytes(18).toString('base64url'),
    api_key: randomBytes(36).toString('base64url'),
  };
  await writeFile(path, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return { ...made, path };
}
