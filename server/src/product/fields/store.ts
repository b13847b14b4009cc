import type { Transaction } from '../../platform/database/database.ts';
import { brokeConstraint } from '../../platform/database/database-errors.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import { fieldFailures } from './errors.ts';
import type { FieldRow } from './field-row.ts';

const COLUMNS =
  'account_id, customer_profile_field_id, workspace_id, slot, field_name, display_name, field_type, field_format, is_required, is_unique, is_sensitive, options, validation_rules, moving_job_id, created_by, created_at, updated_at';
export const MAX_FIELDS = 200;

export type NewField = Omit<FieldRow, 'slot' | 'moving_job_id' | 'created_at' | 'updated_at'>;

const asJson = (value: unknown) => (value === null ? null : JSON.stringify(value));

/**
 * Inserts the field with the workspace's next slot; the workspace row's lock keeps slots unique for all time. Throws
 * workspace_forbidden (403) if the workspace was deleted since the caller was let in, field_name_taken.
 */
export async function insertField(tx: Transaction, field: NewField): Promise<FieldRow> {
  const slot = await tx.row<{ slot: number }>(
    'update workspaces set next_field_slot = next_field_slot + 1 where account_id = $1 and workspace_id = $2 returning next_field_slot - 1 as slot',
    [field.account_id, field.workspace_id],
  );
  if (slot === undefined) throw platformFailures.workspace_forbidden();
  const row = await tx
    .row<FieldRow>(
      `insert into customer_profile_fields (account_id, customer_profile_field_id, workspace_id, slot, field_name, display_name, field_type, field_format, is_required, is_unique, is_sensitive, options, validation_rules, created_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning ${COLUMNS}`,
      [
        field.account_id,
        field.customer_profile_field_id,
        field.workspace_id,
        slot.slot,
        field.field_name,
        field.display_name,
        field.field_type,
        field.field_format,
        field.is_required,
        field.is_unique,
        field.is_sensitive,
        asJson(field.options),
        asJson(field.validation_rules),
        field.created_by,
      ],
    )
    .catch((error: unknown) => {
      if (brokeConstraint(error, 'customer_profile_fields_name')) throw fieldFailures.field_name_taken();
      throw error;
    });
  if (row === undefined) throw new Error('The new field was not returned.');
  return row;
}

export function listFields(tx: Transaction, accountId: string, workspaceId: string): Promise<FieldRow[]> {
  return tx.rows<FieldRow>(
    `select ${COLUMNS} from customer_profile_fields where account_id = $1 and workspace_id = $2 order by slot limit ${MAX_FIELDS}`,
    [accountId, workspaceId],
  );
}

/** The fields of this workspace among these ids, locked, so that a definition does not change under its reader. */
export function lockFields(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  fieldIds: readonly string[],
): Promise<FieldRow[]> {
  return tx.rows<FieldRow>(
    `select ${COLUMNS} from customer_profile_fields where account_id = $1 and workspace_id = $2 and customer_profile_field_id = any($3::uuid[]) order by slot for update`,
    [accountId, workspaceId, fieldIds],
  );
}

export async function updateField(tx: Transaction, field: FieldRow): Promise<FieldRow> {
  const row = await tx.row<FieldRow>(
    `update customer_profile_fields set display_name = $3, field_format = $4, is_required = $5, is_sensitive = $6, options = $7, validation_rules = $8, moving_job_id = $9, updated_at = now()
     where account_id = $1 and customer_profile_field_id = $2 returning ${COLUMNS}`,
    [
      field.account_id,
      field.customer_profile_field_id,
      field.display_name,
      field.field_format,
      field.is_required,
      field.is_sensitive,
      asJson(field.options),
      asJson(field.validation_rules),
      field.moving_job_id,
    ],
  );
  return row ?? field;
}

export async function clearMoving(tx: Transaction, accountId: string, jobId: string): Promise<void> {
  await tx.run('update customer_profile_fields set moving_job_id = null where account_id = $1 and moving_job_id = $2', [
    accountId,
    jobId,
  ]);
}

export async function deleteFields(tx: Transaction, accountId: string, fieldIds: readonly string[]): Promise<void> {
  await tx.run(
    'delete from customer_profile_fields where account_id = $1 and customer_profile_field_id = any($2::uuid[])',
    [accountId, fieldIds],
  );
}

/** Names of what still needs one of these fields. */
export async function fieldHolders(tx: Transaction, accountId: string, fieldIds: readonly string[]): Promise<string[]> {
  const rows = await tx.rows<{ holder_name: string }>(
    'select distinct holder_name from field_holds where account_id = $1 and customer_profile_field_id = any($2::uuid[]) order by holder_name limit 10',
    [accountId, fieldIds],
  );
  return rows.map((row) => row.holder_name);
}

export async function insertFieldHolds(
  tx: Transaction,
  accountId: string,
  fieldIds: readonly string[],
  holder: { id: string; name: string },
): Promise<void> {
  await tx.run(
    'insert into field_holds (account_id, customer_profile_field_id, holder_id, holder_name) select $1, unnest($2::uuid[]), $3, $4 on conflict do nothing',
    [accountId, fieldIds, holder.id, holder.name],
  );
}

export async function deleteFieldHolds(tx: Transaction, accountId: string, holderId: string): Promise<void> {
  await tx.run('delete from field_holds where account_id = $1 and holder_id = $2', [accountId, holderId]);
}

/** Serialises everything that writes profiles of one workspace with everything that changes its fields. */
export async function takeProfilesLock(tx: Transaction, workspaceId: string): Promise<void> {
  await tx.run(`select pg_advisory_xact_lock(hashtextextended('profiles ' || $1, 0))`, [workspaceId]);
}
