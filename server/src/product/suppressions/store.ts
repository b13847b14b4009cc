import type { Transaction } from '../../platform/database/database.ts';

export type SuppressionRow = {
  suppression_id: string;
  customer_id: string | null;
  reason: string | null;
  created_by: string;
  created_at: Date;
};
export type NewSuppression = { suppression_id: string; blind_index: string | null; customer_id: string | null };

/** An entry with the customer for whom it stands now, if there is one. */
export type TouchedSuppression = { suppression_id: string; customer_id: string | null };

/** The last part of a statement whose entries are called "touched". */
const WITH_CUSTOMERS = `select t.suppression_id, coalesce(t.customer_id, i.customer_id) as customer_id from touched t
     left join lateral (select customer_id from customer_identifiers where account_id = $1 and blind_index = t.blind_index offset 0) i on true`;

/** Adds entries; one that stands already is left as it is. Returns the new ones. */
export function insertSuppressions(
  tx: Transaction,
  ids: { accountId: string; workspaceId: string; createdBy: string },
  reason: string | null,
  entries: readonly NewSuppression[],
): Promise<TouchedSuppression[]> {
  return tx.rows<TouchedSuppression>(
    `with touched as (
       insert into suppressions (account_id, suppression_id, workspace_id, blind_index, customer_id, reason, created_by)
       select $1, s.suppression_id, $2, s.blind_index, s.customer_id, $3, $4 from jsonb_to_recordset($5) as s(suppression_id uuid, blind_index uuid, customer_id uuid)
       on conflict do nothing returning suppression_id, blind_index, customer_id)
     ${WITH_CUSTOMERS}`,
    [ids.accountId, ids.workspaceId, reason, ids.createdBy, JSON.stringify(entries)],
  );
}

/** Newest first; the customer where one has the identifier now. */
export function listSuppressions(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  page: { limit: number; offset: number },
): Promise<SuppressionRow[]> {
  return tx.rows<SuppressionRow>(
    `select s.suppression_id, coalesce(s.customer_id, i.customer_id) as customer_id, s.reason, s.created_by, s.created_at
     from suppressions s left join customer_identifiers i on i.account_id = s.account_id and i.blind_index = s.blind_index
     where s.account_id = $1 and s.workspace_id = $2 order by s.created_at desc, s.suppression_id limit $3 offset $4`,
    [accountId, workspaceId, page.limit, page.offset],
  );
}

export type Lifted = {
  suppressionIds: readonly string[];
  blindIndexes: readonly string[];
  customerIds: readonly string[];
};

/** Deletes entries by their own id, by identifier, or by the customer they stand for now. Returns those that went. */
export function deleteSuppressions(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  lifted: Lifted,
): Promise<TouchedSuppression[]> {
  return tx.rows<TouchedSuppression>(
    `with touched as (
       delete from suppressions where account_id = $1 and workspace_id = $2 and (
         suppression_id = any($3::uuid[]) or blind_index = any($4::uuid[]) or customer_id = any($5::uuid[])
         or blind_index in (select blind_index from customer_identifiers where account_id = $1 and customer_id = any($5::uuid[])))
       returning suppression_id, blind_index, customer_id)
     ${WITH_CUSTOMERS}`,
    [accountId, workspaceId, lifted.suppressionIds, lifted.blindIndexes, lifted.customerIds],
  );
}

/** The identifiers of these customers of the workspace; those without any stand with null. */
export function identifiersOfCustomers(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  customerIds: readonly string[],
): Promise<{ customer_id: string; blind_index: string | null }[]> {
  return tx.rows(
    `select c.customer_id, i.blind_index from customers c left join customer_identifiers i on i.account_id = c.account_id and i.customer_id = c.customer_id
     where c.account_id = $1 and c.workspace_id = $2 and c.customer_id = any($3::uuid[])`,
    [accountId, workspaceId, customerIds],
  );
}

/** Which of these customers are suppressed. */
export async function suppressedCustomers(
  tx: Transaction,
  accountId: string,
  customerIds: readonly string[],
): Promise<string[]> {
  const rows = await tx.rows<{ customer_id: string }>(
    `select customer_id from suppressions where account_id = $1 and customer_id = any($2::uuid[])
     union
     select i.customer_id from customer_identifiers i join suppressions s on s.account_id = i.account_id and s.blind_index = i.blind_index
     where i.account_id = $1 and i.customer_id = any($2::uuid[])`,
    [accountId, customerIds],
  );
  return rows.map((row) => row.customer_id);
}

export async function hasSuppressions(tx: Transaction, accountId: string, workspaceId: string): Promise<boolean> {
  return (
    (await tx.row('select 1 from suppressions where account_id = $1 and workspace_id = $2 limit 1', [
      accountId,
      workspaceId,
    ])) !== undefined
  );
}
