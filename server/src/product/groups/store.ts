import { prepared, type Transaction } from '../../platform/database/database.ts';
import { brokeConstraint } from '../../platform/database/database-errors.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { groupFailures } from './errors.ts';
import type { GroupRow } from './group.ts';

const COLUMNS =
  'account_id, customer_group_id, workspace_id, group_name, created_by, created_at, updated_at, member_count, last_position';
const MAX_GROUPS_LISTED = 10_000;

function nameTaken(error: unknown): never {
  if (brokeConstraint(error, 'customer_groups_name')) throw groupFailures.group_name_taken();
  throw error;
}

export async function insertGroup(
  tx: Transaction,
  group: { accountId: string; groupId: string; workspaceId: string; groupName: string; createdBy: string },
): Promise<GroupRow> {
  const row = await tx
    .row<GroupRow>(
      `insert into customer_groups (account_id, customer_group_id, workspace_id, group_name, created_by) values ($1, $2, $3, $4, $5) returning ${COLUMNS}`,
      [group.accountId, group.groupId, group.workspaceId, group.groupName, group.createdBy],
    )
    .catch(nameTaken);
  if (row === undefined) throw new Error('The new group was not returned.');
  return row;
}

const LIST_GROUPS = prepared(
  `select ${COLUMNS} from customer_groups where account_id = $1 and workspace_id = $2 order by created_at, customer_group_id limit ${MAX_GROUPS_LISTED}`,
);

export function listGroups(tx: Transaction, accountId: string, workspaceId: string): Promise<GroupRow[]> {
  return tx.rows<GroupRow>(LIST_GROUPS, [accountId, workspaceId]);
}

/** The group, if it is this workspace's. `lock` keeps it and its counters still until the transaction ends. */
export async function findGroup(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  groupId: string,
  lock: 'none' | 'update' = 'none',
): Promise<GroupRow | undefined> {
  if (!isUuid(groupId)) return undefined;
  return tx.row<GroupRow>(
    `select ${COLUMNS} from customer_groups where account_id = $1 and workspace_id = $2 and customer_group_id = $3${lock === 'update' ? ' for update' : ''}`,
    [accountId, workspaceId, groupId],
  );
}

export async function renameGroup(
  tx: Transaction,
  accountId: string,
  groupId: string,
  groupName: string,
): Promise<GroupRow | undefined> {
  return tx
    .row<GroupRow>(
      `update customer_groups set group_name = $3, updated_at = now() where account_id = $1 and customer_group_id = $2 returning ${COLUMNS}`,
      [accountId, groupId, groupName],
    )
    .catch(nameTaken);
}

export async function deleteGroupRow(tx: Transaction, accountId: string, groupId: string): Promise<void> {
  await tx.run('delete from customer_groups where account_id = $1 and customer_group_id = $2', [accountId, groupId]);
}

/** Names of what still needs the group, oldest first. */
export async function groupHolders(tx: Transaction, accountId: string, groupId: string): Promise<string[]> {
  const rows = await tx.rows<{ holder_name: string }>(
    'select holder_name from group_holds where account_id = $1 and customer_group_id = $2 group by holder_name order by min(holder_id::text) limit 10',
    [accountId, groupId],
  );
  return rows.map((row) => row.holder_name);
}

export async function insertGroupHold(
  tx: Transaction,
  accountId: string,
  groupId: string,
  holder: { id: string; name: string },
): Promise<void> {
  await tx.run(
    'insert into group_holds (account_id, customer_group_id, holder_id, holder_name) values ($1, $2, $3, $4) on conflict do nothing',
    [accountId, groupId, holder.id, holder.name],
  );
}

export async function deleteGroupHolds(tx: Transaction, accountId: string, holderId: string): Promise<void> {
  await tx.run('delete from group_holds where account_id = $1 and holder_id = $2', [accountId, holderId]);
}
