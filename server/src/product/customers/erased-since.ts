import type { Transaction } from '../../platform/database/database.ts';
import { forgetErasedIdentifiers, identifiersErasedSince } from './erasure-store.ts';

/** Identifiers of people of the workspace who were erased after something was handed in that may still name them. */
export function erasedSince(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  since: Date,
): Promise<ReadonlySet<string>> {
  return identifiersErasedSince(tx, accountId, workspaceId, since);
}

/** An import of the workspace has ended: identifiers that were remembered for it alone are forgotten. */
export function forgetErased(tx: Transaction, accountId: string, workspaceId: string): Promise<void> {
  return forgetErasedIdentifiers(tx, accountId, workspaceId);
}
