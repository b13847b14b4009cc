import type { Transaction } from '../../platform/database/database.ts';
import { isUuid, newId } from '../../platform/ids/ids.ts';
import {
  deleteSuppressions,
  identifiersOfCustomers,
  insertSuppressions,
  type NewSuppression,
  type TouchedSuppression,
} from './store.ts';

type Ids = { accountId: string; workspaceId: string; userId: string };

/** Suppresses whoever has, or will ever have, one of these identifiers in the workspace. Returns the new entries. */
export function suppressIdentifiers(
  tx: Transaction,
  ids: Ids,
  reason: string | null,
  blindIndexes: readonly string[],
): Promise<TouchedSuppression[]> {
  const entries = [...new Set(blindIndexes)].map(
    (blind_index): NewSuppression => ({ suppression_id: newId(), blind_index, customer_id: null }),
  );
  return insertSuppressions(tx, { ...ids, createdBy: ids.userId }, reason, entries);
}

/** Suppresses customers: by all their identifiers, so that the wish outlives their erasure, or by themselves. */
export async function suppressCustomers(
  tx: Transaction,
  ids: Ids,
  reason: string | null,
  customerIds: readonly string[],
): Promise<{ suppressed: TouchedSuppression[]; notFound: number }> {
  const wanted = [...new Set(customerIds)];
  const rows = await identifiersOfCustomers(tx, ids.accountId, ids.workspaceId, wanted.filter(isUuid));
  const entries = rows.map(
    (row): NewSuppression => ({
      suppression_id: newId(),
      blind_index: row.blind_index,
      customer_id: row.blind_index === null ? row.customer_id : null,
    }),
  );
  const suppressed = await insertSuppressions(tx, { ...ids, createdBy: ids.userId }, reason, entries);
  return { suppressed, notFound: wanted.length - new Set(rows.map((row) => row.customer_id)).size };
}

/** Lifts suppressions. Ids that are none of this workspace lift nothing. Returns the entries that went. */
export function liftSuppressions(
  tx: Transaction,
  ids: Ids,
  lifted: { suppressionIds: readonly string[]; blindIndexes: readonly string[]; customerIds: readonly string[] },
): Promise<TouchedSuppression[]> {
  return deleteSuppressions(tx, ids.accountId, ids.workspaceId, {
    ...lifted,
    suppressionIds: lifted.suppressionIds.filter(isUuid),
    customerIds: lifted.customerIds.filter(isUuid),
  });
}

/** The ids of entries, and of the customers for whom they stand now, for the audit log. */
export function idsOf(entries: readonly TouchedSuppression[]): Record<string, string[]> {
  const customers = entries.map((entry) => entry.customer_id).filter((id) => id !== null);
  return { suppression_ids: entries.map((entry) => entry.suppression_id), customer_ids: [...new Set(customers)] };
}
