import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from './config.ts';
import type { AccountKeyring } from './product/sealing/account-keys.ts';
import type { KeyStore } from './providers/key-store/key-store.ts';
import { readRootKeyFile, replaceRootKeyFile, rootKeyFileOf } from './root-key.ts';

/** An account that is made meanwhile may have been wrapped just before the keys changed; storing it takes far less. */
const SETTLE_MS = 3_000;

/**
 * Wraps every key in the store by the root key that wraps now, beside running servers and again after a crash. Where the
 * root key lies in a file, a new one is made and put in front of it first, and the old one is taken away at the end; no
 * process need be started again. Elsewhere the settings name the new key and then the old one. Returns how many records
 * were wrapped anew.
 */
export async function rotateRootKey(
  config: Config,
  parts: { keyring: AccountKeyring; keyStore: KeyStore; settleMs?: number },
): Promise<{ rewrapped: number; inFile: boolean }> {
  const path = config.rootKey === null && config.rootKeyProgram === null ? rootKeyFileOf(config) : null;
  const keys = path === null ? null : await readRootKeyFile(path);
  // Two keys in the file: a rotation was stopped in the middle and goes on.
  if (path !== null && keys?.length === 1) await replaceRootKeyFile(path, [randomBytes(32), ...keys]);
  const pass = async () => {
    let rewrapped = 0;
    for (const name of await parts.keyStore.names()) if (await parts.keyring.rewrap(name)) rewrapped += 1;
    return rewrapped;
  };
  let rewrapped = 0;
  for (let found = await pass(); ; found = await pass()) {
    rewrapped += found;
    await sleep(parts.settleMs ?? SETTLE_MS);
    const late = await pass();
    rewrapped += late;
    if (late === 0) break;
  }
  if (path !== null) {
    const [first] = (await readRootKeyFile(path)) ?? [];
    if (first !== undefined) await replaceRootKeyFile(path, [first]);
  }
  return { rewrapped, inFile: path !== null };
}
