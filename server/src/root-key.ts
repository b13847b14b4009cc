import { randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { parseRootKey } from './product/sealing/root-key.ts';

/**
 * The 32 bytes everything else is derived from: from the settings, or from a file in the data folder that is made on
 * first start outside production. Throws when the key is weak, published, or its file is readable by others.
 */
export async function loadRootKey(config: Config): Promise<Buffer> {
  if (config.rootKey !== null) return parseRootKey(config.rootKey);
  const path = join(config.dataDir, 'root-key');
  const existing = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (existing !== null) return parseRootKey(existing.trim());
  const made = randomBytes(32);
  // 'wx' refuses to overwrite: of two servers that start together one makes the key and the other fails and is restarted.
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${made.toString('hex')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  return made;
}
