import type { Transaction } from '../../platform/database/database.ts';
import { NO_SUCH_ID } from '../../platform/http/schemas.ts';
import { describeError } from '../../platform/log/log.ts';
import { accountsInUse, eraseWhatCameBack } from '../accounts/erase-account.ts';
import { lockProfiles } from '../fields/load-fields.ts';
import type { Services } from '../services.ts';
import { eraseCustomers, forgetIdentifiers } from './erase-customers.ts';
import { accountsToNote, insertErasureNote, knownErasures, notesToTake, setNoted } from './erasure-store.ts';
import { queueAftermath } from './queue-aftermath.ts';
import { recordErased } from './record-erased.ts';
import { findIdentifiers, identifiersOf } from './store.ts';

type Parts = Pick<Services, 'database' | 'keyStore' | 'queue' | 'log'>;

const EVERY_MS = 1_000;
const NOTES_AT_ONCE = 100;

/**
 * Takes erasures that were committed to the key store. Safe to run anywhere and to repeat: a note is the same each time. One
 * account's trouble does not keep the others waiting.
 */
export async function noteErasures(parts: Parts): Promise<void> {
  for (const accountId of await parts.database.acrossAccounts(accountsToNote))
    await noteErasuresOf(parts, accountId).catch((error) =>
      parts.log.warn('erasure_noting_failed', { account_id: accountId, ...describeError(error) }),
    );
}

async function noteErasuresOf({ database, keyStore }: Parts, accountId: string): Promise<void> {
  for (;;) {
    const notes = await database.tenant(accountId, (tx) => notesToTake(tx, accountId, NOTES_AT_ONCE));
    if (notes.length === 0) return;
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

/** Who holds some of these blind indexes, and no other. */
async function holdersOfNoOther(
  tx: Transaction,
  accountId: string,
  blindIndexes: readonly string[],
): Promise<string[]> {
  const holders = new Set((await findIdentifiers(tx, accountId, blindIndexes)).map((row) => row.customer_id));
  const named = new Set(blindIndexes);
  for (const { customer_id, blind_index } of await identifiersOf(tx, accountId, [...holders]))
    if (!named.has(blind_index)) holders.delete(customer_id);
  return [...holders];
}

/**
 * Does in this copy of the database what a note says was done in a later one, in the transaction that makes the copy know of
 * it. Customers go by their ids; and so does whoever stands here under another id and is named by their identifiers alone:
 * an import that waited in the copy makes the same person anew. Who also has an identifier that the note does not name is
 * left, as an identifier may have passed from one person to another since. A note of identifiers that named no customer
 * touches none. Failed rows and imports that have not ended forget them all: whatever waits in the copy was handed in before
 * the copy knew. Returns how many customers were here.
 */
async function eraseNoted(parts: Parts, accountId: string, erasureId: string): Promise<number> {
  const note = await parts.keyStore.erasure(accountId, erasureId);
  const { workspace_id: workspaceId, customer_ids: named, blind_indexes: blindIndexes } = note;
  return parts.database.tenant(accountId, async (tx) => {
    await lockProfiles(tx, workspaceId);
    // Another process that has started meanwhile may have done it.
    if ((await knownErasures(tx, accountId, [erasureId])).size > 0) return 0;
    const anew = named.length === 0 ? [] : await holdersOfNoOther(tx, accountId, blindIndexes);
    const erased = await eraseCustomers(tx, accountId, workspaceId, [...named, ...anew]);
    await forgetIdentifiers(tx, accountId, workspaceId, blindIndexes);
    await queueAftermath(parts, tx, { accountId, workspaceId, userId: NO_SUCH_ID });
    await insertErasureNote(tx, accountId, note, true);
    // Nobody asks for it now: who did, stands in the log of before the restore.
    const facts = { erasure_id: erasureId, came_back: true };
    await recordErased(tx, { accountId, workspaceId, userId: null }, facts, erased);
    return erased.length;
  });
}

/**
 * Erases again the customers of these accounts whom a restored older database has brought back, or would bring back by what
 * waits in it: the key store has notes of erasures that this copy does not know. Before anybody is answered, and before
 * anything is worked off. Returns how many customers had come back.
 */
export async function eraseCustomersAgain(parts: Parts, accountIds: readonly string[]): Promise<number> {
  let again = 0;
  for (const accountId of accountIds) {
    const noted = await parts.keyStore.erasures(accountId);
    if (noted.length === 0) continue;
    const known = await parts.database.tenant(accountId, (tx) => knownErasures(tx, accountId, noted));
    for (const erasureId of noted.filter((id) => !known.has(id)))
      again += await eraseNoted(parts, accountId, erasureId);
  }
  if (again > 0) parts.log.warn('erased_customers_came_back', { customers: again });
  return again;
}

/**
 * Erases again what a restored older database has brought back, accounts and customers: for the start of every process that
 * answers or works. Returns the accounts that are left, and how many came back.
 */
export async function eraseAgain(
  services: Services,
): Promise<{ accountIds: string[]; accounts: number; customers: number }> {
  const back = await eraseWhatCameBack(services);
  const accountIds = await accountsInUse(services);
  return { accountIds, accounts: back.length, customers: await eraseCustomersAgain(services, accountIds) };
}
