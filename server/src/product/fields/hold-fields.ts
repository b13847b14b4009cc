import type { Transaction } from '../../platform/database/database.ts';
import { deleteFieldHolds, insertFieldHolds } from './store.ts';

/** Keeps these fields from being deleted until the holder lets go. The name is what a refusal tells the caller. */
export async function holdFields(
  tx: Transaction,
  accountId: string,
  fieldIds: readonly string[],
  holder: { id: string; name: string },
): Promise<void> {
  await insertFieldHolds(tx, accountId, fieldIds, holder);
}

/** Lets go of every field this holder held. */
export async function releaseFields(tx: Transaction, accountId: string, holderId: string): Promise<void> {
  await deleteFieldHolds(tx, accountId, holderId);
}
