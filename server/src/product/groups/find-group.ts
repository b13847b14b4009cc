import type { Transaction } from '../../platform/database/database.ts';
import { notFound } from '../../platform/errors/platform-failures.ts';
import type { GroupRow } from './group.ts';
import { findGroup } from './store.ts';

/** The group of this workspace, or 400 not_found. */
export async function requireGroup(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  groupId: string,
  lock: 'none' | 'update' = 'none',
): Promise<GroupRow> {
  const group = await findGroup(tx, accountId, workspaceId, groupId, lock);
  if (group === undefined) throw notFound('customer group');
  return group;
}

/** The group of this workspace, or undefined: for histories that outlive their group. */
export function findGroupHere(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  groupId: string,
): Promise<GroupRow | undefined> {
  return findGroup(tx, accountId, workspaceId, groupId);
}
