import { NO_SUCH_ID } from '../../platform/http/schemas.ts';
import { describeError } from '../../platform/log/log.ts';
import { lockProfiles } from '../fields/load-fields.ts';
import type { Services } from '../services.ts';
import { eraseCustomers } from './erase-customers.ts';
import {
  accountsToNote,
  deleteImportRemains,
  insertErasureNote,
  knownErasures,
  notesToTake,
  setNoted,
} from './erasure-store.ts';
import { queueAftermath } from './queue-aftermath.ts';
import { recordErased } from './record-erased.ts';

type Parts = Pick<Services, 'database' | 'keyStore' | 'queue' | 'log'>;

const EVERY_MS = 1_000;
const NOTES_AT_ONCE = 100;

/** Takes erasures that were committed to the key store. Safe to run anywhere and to repeat: a note is the same each time. */
export async function noteErasures({ database, keyStore }: Parts): Promise<void> {
  for (const accountId of await database.acrossAccounts(accountsToNote))
    for (;;) {
      const notes = await database.tenant(accountId, (tx) => notesToTake(tx, accountId, NOTES_AT_ONCE));
      if (notes.length === 0) break;
      for (const note of notes) await keyStore.noteErasure({ ...note, account_id: accountId });
      const ids = notes.map((note) => note.erasure_id);
      await database.tenant(accountId, (tx) => setNoted(tx, accountId, ids));
    }
}

/** Takes erasures to the key store once a second for as long as the process runs; `stop` takes what is left. */
export function createErasureKeeper(parts: Parts): { stop(): Promise<void> } {
  let running: Promise<void> | null = null;
  function round(): Promise<void> {
    running ??= noteErasures(parts)
      .catch((error) => parts.log.warn('erasure_noting_failed', describeError(error)))
      .finally(() => {
        running = null;
      });
    return running;
  }
  const timer = setInterval(round, EVERY_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
      await round();
    },
  };
}

/**
 * Erases again the customers of these accounts whom a restored older database has brought back: the key store has notes of
 * erasures that this copy does not know. For the start of a server, before anybody is answered. Returns how many came back.
 */
export async function eraseCustomersAgain(parts: Parts, accountIds: readonly string[]): Promise<number> {
  let again = 0;
  for (const accountId of accountIds) {
    const noted = await parts.keyStore.erasures(accountId);
    if (noted.length === 0) continue;
    const known = await parts.database.tenant(accountId, (tx) => knownErasures(tx, accountId, noted));
    for (const erasureId of noted.filter((id) => !known.has(id))) {
      const note = await parts.keyStore.erasure(accountId, erasureId);
      const { workspace_id: workspaceId } = note;
      again += await parts.database.tenant(accountId, async (tx) => {
        await lockProfiles(tx, workspaceId);
        const erased = await eraseCustomers(tx, accountId, workspaceId, note.customer_ids);
        await deleteImportRemains(tx, accountId, note.blind_indexes);
        await queueAftermath(parts, tx, { accountId, workspaceId, userId: NO_SUCH_ID });
        await insertErasureNote(tx, accountId, note, true);
        // Nobody asks for it now: who did, stands in the log of before the restore.
        const facts = { erasure_id: erasureId, came_back: true };
        await recordErased(tx, { accountId, workspaceId, userId: null }, facts, erased);
        return erased.length;
      });
    }
  }
  if (again > 0) parts.log.warn('erased_customers_came_back', { customers: again });
  return again;
}
