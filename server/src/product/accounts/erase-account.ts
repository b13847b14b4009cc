import { linkEvents } from '../audit/link-events.ts';
import { recordByOperator } from '../audit/record-by-operator.ts';
import { verifyAccount } from '../audit/verify-account.ts';
import type { Services } from '../services.ts';
import { findAccount, forgetAccount, livingAccounts } from './store.ts';

type Parts = Pick<Services, 'database' | 'keyring' | 'keyStore' | 'objects' | 'auditKeys' | 'clock' | 'log'>;

/** What was erased, to be kept: which keys (their commitments stand in all that they sealed), how many rows and objects. */
export type ErasureReceipt = {
  account_id: string;
  keys_destroyed_at: string;
  keys: { version: number; commitment: string | null }[];
  rows: Record<string, number>;
  objects: number;
  /** The end of the account's audit log, which stays: `audit verify --known` takes it. */
  audit_end: string;
};

/** Where an account's files lie. Beside them lies the anchor of its audit log, which stays. */
const foldersOf = (accountId: string) => [`published/${accountId}`, `uploads/${accountId}`];

const sumOf = (rows: Record<string, number>) => Object.values(rows).reduce((sum, count) => sum + count, 0);

/** Whether there was nothing left to erase. */
export const isOfNothing = ({ rows, objects }: ErasureReceipt): boolean => sumOf(rows) === 0 && objects === 0;

/**
 * Erases an account: destroys its keys first, in their own store, so that from then on nothing sealed by them opens again,
 * here or in any copy; then deletes its rows and files. Safe to repeat, and to be begun again after a kill. The account's
 * row and its audit log (ids, addresses and times) stay.
 */
export async function eraseAccount(parts: Parts, accountId: string): Promise<ErasureReceipt> {
  const destroyed = await parts.keyring.destroy(accountId);
  const rows = await parts.database.tenant(accountId, async (tx) => {
    const forgotten = await forgetAccount(tx, accountId, parts.clock.now());
    const count = sumOf(forgotten.rows);
    // Begun again it is told already, unless more has gone.
    if (!forgotten.before || count > 0)
      await recordByOperator(tx, { accountId, action: 'account.erased', objectIds: { rows: count } });
    return forgotten.rows;
  });
  let objects = 0;
  for (const folder of foldersOf(accountId)) {
    objects += (await parts.objects.list(folder)).length;
    await parts.objects.deleteBelow(folder);
  }
  await linkEvents(parts, accountId);
  const { position, linkHash } = await verifyAccount(parts, accountId, []);
  return {
    account_id: accountId,
    keys_destroyed_at: destroyed.destroyed_at,
    keys: destroyed.versions,
    rows,
    objects,
    audit_end: `${position}:${linkHash}`,
  };
}

/** The account's name, and whether it is erased already; null when there is no such account. */
export function lookAtAccount(
  { database }: Pick<Parts, 'database'>,
  accountId: string,
): Promise<{ account_name: string; erased_at: Date | null } | null> {
  return database.tenant(accountId, async (tx) => (await findAccount(tx, accountId)) ?? null);
}

/** The accounts that were not erased. */
export function accountsInUse({ database }: Pick<Parts, 'database'>): Promise<string[]> {
  return database.acrossAccounts(livingAccounts);
}

/**
 * Erases again what a restored older database has brought back: accounts whose keys were destroyed since. The key store
 * has a life of its own, and says which. For the start of a server, before anybody is answered. Returns their ids.
 */
export async function eraseWhatCameBack(parts: Parts): Promise<string[]> {
  const back: string[] = [];
  for (const accountId of await accountsInUse(parts)) {
    const kept = await parts.keyStore.get(accountId);
    if (kept?.record.kind !== 'destroyed') continue;
    await eraseAccount(parts, accountId);
    parts.log.warn('erased_account_came_back', { account_id: accountId });
    back.push(accountId);
  }
  return back;
}
