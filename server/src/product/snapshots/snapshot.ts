import type { Database, Transaction } from '../../platform/database/database.ts';
import type { CopiedMembers } from '../customers/copied-members.ts';
import { lockProfiles } from '../fields/load-fields.ts';
import { requireGroup } from '../groups/find-group.ts';
import {
  deleteSnapshot,
  insertSnapshot,
  keptOf,
  membersAsStored,
  membersAsTheyWere,
  type SnapshotRow,
  findSnapshot as snapshotRow,
} from './store.ts';

export type { SnapshotRow } from './store.ts';

/**
 * A group and its customers as they are at this moment, to be read later, in any number of transactions and processes,
 * until it is released. Taking it costs one row: the migration's triggers keep the earlier version of what changes
 * afterwards. Whoever is erased is gone from it at once. Throws not_found (group).
 */
export async function takeSnapshot(
  tx: Transaction,
  ids: { accountId: string; workspaceId: string; groupId: string; snapshotId: string },
  now: Date,
): Promise<SnapshotRow> {
  // No writer of profiles or memberships is half-way while this lock is held, and each later one sees the snapshot.
  await lockProfiles(tx, ids.workspaceId);
  const group = await requireGroup(tx, ids.accountId, ids.workspaceId, ids.groupId, 'update');
  const snapshot: SnapshotRow = {
    account_id: ids.accountId,
    snapshot_id: ids.snapshotId,
    workspace_id: ids.workspaceId,
    customer_group_id: ids.groupId,
    last_position: group.last_position,
    member_count: group.member_count,
    taken_at: now,
  };
  await insertSnapshot(tx, snapshot);
  return snapshot;
}

/** Forgets it, and every earlier version that was kept for it. */
export async function releaseSnapshot(tx: Transaction, accountId: string, snapshotId: string): Promise<void> {
  await deleteSnapshot(tx, accountId, snapshotId);
}

/** The snapshot was released: whoever still read it was superseded or cancelled. */
export class SnapshotGone extends Error {
  override readonly name = 'SnapshotGone';
}

/**
 * Members at places in (after, upTo], in joining order. `erased` is how many of these places had been erased by then.
 */
export type MembersRead = { members: CopiedMembers; erased: number };

/** Reads a range of a snapshot in a transaction of its own: whenever that is, members and profiles are those of the snapshot. Throws SnapshotGone. */
export function readSnapshot(
  database: Pick<Database, 'tenantSnapshot'>,
  snapshot: SnapshotRow,
  after: number,
  upTo: number,
): Promise<MembersRead> {
  return database.tenantSnapshot(snapshot.account_id, async (tx) => {
    const kept = await keptOf(tx, snapshot, after, upTo);
    if (kept === undefined) throw new SnapshotGone('The snapshot was released.');
    const read = kept.any ? membersAsTheyWere : membersAsStored;
    const last = Math.min(upTo, snapshot.last_position);
    return { members: await read(tx, snapshot, after, last), erased: kept.erased };
  });
}

export function findSnapshot(tx: Transaction, accountId: string, snapshotId: string): Promise<SnapshotRow | undefined> {
  return snapshotRow(tx, accountId, snapshotId);
}
