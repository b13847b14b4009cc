import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { readConfig } from '../server/src/config.ts';
import { createAccountKeyring } from '../server/src/product/sealing/account-keys.ts';
import { openingKeys } from '../server/src/product/sealing/portable-keys.ts';
import { createLocalKeyStore } from '../server/src/providers/key-store/local-folder.ts';
import { loadRootKey } from '../server/src/root-key.ts';
import type { BareShare } from './bare-pass-thread.ts';
import type { ServerUnderTest } from './server-under-test.ts';

/**
 * The limit that publishing is measured against: as many threads as there are cores read and unseal the group's members
 * straight from the same Postgres, and do nothing else. Gives the seconds it took, once the threads were ready.
 */
export async function barePass(
  server: ServerUnderTest,
  group: { accountId: string; groupId: string },
  rows: number,
): Promise<number> {
  const dataDir = join(server.folder, 'data');
  const rootKey = await loadRootKey(readConfig({ NUDGESCRIBE_DATA_DIR: dataDir }));
  const keyring = createAccountKeyring({ rootKey, keyStore: await createLocalKeyStore(dataDir) });
  const keys = openingKeys(await keyring.forAccount(group.accountId));
  keyring.close();
  const count = availableParallelism();
  const threads = Array.from({ length: count }, (_, index) => {
    const workerData: BareShare = {
      ...group,
      databaseUrl: server.databaseUrl,
      workspaceId: server.workspaceId,
      keys,
      after: Math.floor((rows * index) / count),
      upto: Math.floor((rows * (index + 1)) / count),
    };
    return new Worker(new URL('./bare-pass-thread.ts', import.meta.url), { workerData });
  });
  await Promise.all(threads.map((thread) => once(thread, 'message')));
  const startedAt = performance.now();
  const opened = threads.map(async (thread) => {
    thread.postMessage('go');
    const [number] = (await once(thread, 'message')) as [number];
    return number;
  });
  const sum = (await Promise.all(opened)).reduce((total, number) => total + number, 0);
  const seconds = (performance.now() - startedAt) / 1_000;
  if (sum !== rows) throw new Error(`The bare pass opened ${sum} profiles instead of ${rows}.`);
  return seconds;
}
