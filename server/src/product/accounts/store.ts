import type { Transaction } from '../../platform/database/database.ts';
import { brokeConstraint, brokeReference } from '../../platform/database/database-errors.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import { accountFailures } from './errors.ts';

export type WorkspaceRow = {
  account_id: string;
  workspace_id: string;
  workspace_name: string;
  created_by: string;
  created_at: Date;
  updated_at: Date;
  review_two_person: boolean;
  review_quorum: number;
};

const COLUMNS =
  'account_id, workspace_id, workspace_name, created_by, created_at, updated_at, review_two_person, review_quorum';

function nameTaken(error: unknown): never {
  if (brokeConstraint(error, 'workspaces_name')) throw accountFailures.workspace_name_taken();
  throw error;
}

export async function insertAccount(tx: Transaction, accountId: string, accountName: string): Promise<void> {
  await tx.run('insert into accounts (account_id, account_name) values ($1, $2)', [accountId, accountName]);
}

/** Whether there is any account at all, and (until the transaction ends) that nobody else is making the first one. */
export async function lockFirstAccount(tx: Transaction): Promise<boolean> {
  await tx.run(`select pg_advisory_xact_lock(hashtextextended('first account', 0))`);
  return (await tx.row('select 1 from accounts limit 1')) !== undefined;
}

export async function insertWorkspace(
  tx: Transaction,
  workspace: { accountId: string; workspaceId: string; name: string; createdBy: string },
): Promise<WorkspaceRow> {
  const row = await tx
    .row<WorkspaceRow>(
      `insert into workspaces (account_id, workspace_id, workspace_name, created_by) values ($1, $2, $3, $4) returning ${COLUMNS}`,
      [workspace.accountId, workspace.workspaceId, workspace.name, workspace.createdBy],
    )
    .catch(nameTaken);
  if (row === undefined) throw new Error('The new workspace was not returned.');
  return row;
}

export function listWorkspaces(
  tx: Transaction,
  accountId: string,
  workspaceIds: readonly string[],
): Promise<WorkspaceRow[]> {
  return tx.rows<WorkspaceRow>(
    `select ${COLUMNS} from workspaces where account_id = $1 and workspace_id = any($2::uuid[]) order by created_at, workspace_id limit 10000`,
    [accountId, workspaceIds],
  );
}

/** The workspace, still until the transaction ends, so that two changes of it cannot cross. */
export function lockWorkspace(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
): Promise<WorkspaceRow | undefined> {
  return tx.row<WorkspaceRow>(
    `select ${COLUMNS} from workspaces where account_id = $1 and workspace_id = $2 for no key update`,
    [accountId, workspaceId],
  );
}

export async function updateWorkspace(tx: Transaction, workspace: WorkspaceRow): Promise<WorkspaceRow> {
  const row = await tx
    .row<WorkspaceRow>(
      `update workspaces set workspace_name = $3, review_two_person = $4, review_quorum = $5, updated_at = now() where account_id = $1 and workspace_id = $2 returning ${COLUMNS}`,
      [
        workspace.account_id,
        workspace.workspace_id,
        workspace.workspace_name,
        workspace.review_two_person,
        workspace.review_quorum,
      ],
    )
    .catch(nameTaken);
  if (row === undefined) throw new Error('A locked workspace was not there.');
  return row;
}

export function findReviewRules(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
): Promise<{ two_person: boolean; quorum: number } | undefined> {
  return tx.row(
    'select review_two_person as two_person, review_quorum as quorum from workspaces where account_id = $1 and workspace_id = $2',
    [accountId, workspaceId],
  );
}

/**
 * Deletes a workspace that nothing refers to; what does is refused by its foreign key. Throws workspace_forbidden (403)
 * when somebody else was faster.
 */
export async function deleteWorkspace(tx: Transaction, accountId: string, workspaceId: string): Promise<void> {
  const deleted = await tx
    .run('delete from workspaces where account_id = $1 and workspace_id = $2', [accountId, workspaceId])
    .catch((error: unknown) => {
      if (brokeReference(error)) throw accountFailures.workspace_in_use();
      throw error;
    });
  if (deleted === 0) throw platformFailures.workspace_forbidden();
}

export function findAccount(
  tx: Transaction,
  accountId: string,
): Promise<{ account_name: string; erased_at: Date | null } | undefined> {
  return tx.row('select account_name, erased_at from accounts where account_id = $1', [accountId]);
}

export type AccountRow = {
  account_id: string;
  account_name: string;
  created_at: Date;
  second_factor_required: boolean;
  people: number;
  people_without_second_factor: number;
};

/** The account with its rules, and how many people (not disabled, no service users) they concern. */
export async function findAccountRules(tx: Transaction, accountId: string): Promise<AccountRow> {
  const row = await tx.row<AccountRow>(
    `select a.account_id, a.account_name, a.created_at, a.second_factor_required,
       count(u.user_id)::integer as people, count(u.user_id) filter (where f.user_id is null)::integer as people_without_second_factor
     from accounts a
     left join users u on u.account_id = a.account_id and u.disabled_at is null and u.role_code <> 'API_CLIENT'
     left join second_factors f on f.account_id = u.account_id and f.user_id = u.user_id and f.confirmed_at is not null
     where a.account_id = $1 group by a.account_id`,
    [accountId],
  );
  if (row === undefined) throw new Error('The account of a caller was not there.');
  return row;
}

export async function setSecondFactorRequired(tx: Transaction, accountId: string, required: boolean): Promise<void> {
  await tx.run('update accounts set second_factor_required = $2 where account_id = $1', [accountId, required]);
}

/** Accounts that were not erased. */
export async function livingAccounts(tx: Transaction): Promise<string[]> {
  const rows = await tx.rows<{ account_id: string }>(
    'select account_id from accounts where erased_at is null order by account_id',
  );
  return rows.map((row) => row.account_id);
}

/** How many accounts that were not erased leave the second factor to their people. For the operator's connection. */
export async function countWithoutSecondFactorRule(tx: Transaction): Promise<number> {
  const row = await tx.row<{ accounts: number }>(
    'select count(*)::integer as accounts from accounts where erased_at is null and not second_factor_required',
  );
  return row?.accounts ?? 0;
}

/**
 * Deletes everything of the account but its row and its audit log. Returns how many rows of which table, and whether it had
 * been done before. The lock on its row
 * waits for all who have added something, as what is deleted refers to it, and has those wait who would; they are refused when
 * this is committed.
 */
export async function forgetAccount(
  tx: Transaction,
  accountId: string,
  now: Date,
): Promise<{ before: boolean; rows: Record<string, number> }> {
  const found = await tx.row<{ before: boolean }>(
    'select erased_at is not null as before from accounts where account_id = $1 for update',
    [accountId],
  );
  const rows = await tx.rows<{ table_name: string; row_count: number }>(
    'select table_name, row_count from forget_account() where row_count > 0 order by table_name',
  );
  await tx.run(`delete from job_queue.job where data->>'account_id' = $1`, [accountId]);
  await tx.run(
    `update accounts set account_name = 'erased', erased_at = coalesce(erased_at, $2) where account_id = $1`,
    [accountId, now],
  );
  return {
    before: found?.before === true,
    rows: Object.fromEntries(rows.map((row) => [row.table_name, row.row_count])),
  };
}
