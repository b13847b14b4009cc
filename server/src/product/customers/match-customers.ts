import type { Transaction } from '../../platform/database/database.ts';
import { differing } from './member-store.ts';
import { findCustomers, findIdentifiers, identifiersOf } from './store.ts';

/** What a merge needs to know of a customer that stands in the store. */
export type KnownCustomer = {
  customerId: string;
  sealedProfile: Buffer;
  profileDigest: Buffer;
  /** Blind index by field id: at most one for each unique field. */
  identifiers: Map<string, string>;
};

export type Matches = { owners: Map<string, string>; customers: Map<string, KnownCustomer> };

/**
 * Who holds these blind indexes, with every identifier they hold. The caller has locked the workspace's profiles
 * (lockProfiles), so that the answer stays true until its transaction ends.
 */
export async function matchCustomers(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  blindIndexes: readonly string[],
): Promise<Matches> {
  const matches: Matches = { owners: new Map(), customers: new Map() };
  if (blindIndexes.length === 0) return matches;
  const hits = await findIdentifiers(tx, accountId, blindIndexes);
  if (hits.length === 0) return matches;
  const customerIds = [...new Set(hits.map((hit) => hit.customer_id))];
  for (const row of await findCustomers(tx, accountId, workspaceId, customerIds)) {
    matches.customers.set(row.customer_id, {
      customerId: row.customer_id,
      sealedProfile: row.sealed_profile,
      profileDigest: row.profile_digest,
      identifiers: new Map(),
    });
  }
  for (const row of await identifiersOf(tx, accountId, customerIds)) {
    matches.customers.get(row.customer_id)?.identifiers.set(row.customer_profile_field_id, row.blind_index);
  }
  for (const hit of hits) matches.owners.set(hit.blind_index, hit.customer_id);
  return matches;
}

/**
 * Customers given by one identifier each (a uuid[] parameter) and the digest of their profile (a bytea[] one): which of
 * them, counted from 1 and ascending, are not stored just so or not in the group. The caller has locked the workspace's profiles.
 */
export function findDiffering(
  tx: Transaction,
  accountId: string,
  groupId: string,
  given: { blindIndexes: Buffer; digests: Buffer },
): Promise<number[]> {
  return differing(tx, accountId, groupId, given);
}
