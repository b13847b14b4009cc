import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import { refuseIncoherent } from './coherent.ts';
import { fieldFailures } from './errors.ts';
import type { FieldDefinition } from './field.ts';
import type { FieldRow } from './field-row.ts';
import { insertField, listFields, MAX_FIELDS, takeProfilesLock } from './store.ts';

/** Makes a field. Throws field_invalid, field_name_taken or too_many_fields. */
export async function createField(
  tx: Transaction,
  ids: { accountId: string; workspaceId: string; userId: string },
  wish: Omit<FieldDefinition, 'field_id' | 'slot'>,
): Promise<FieldRow> {
  refuseIncoherent({ ...wish, field_id: '', slot: 0 });
  await takeProfilesLock(tx, ids.workspaceId);
  const existing = await listFields(tx, ids.accountId, ids.workspaceId);
  if (existing.length >= MAX_FIELDS) throw fieldFailures.too_many_fields();
  return insertField(tx, {
    account_id: ids.accountId,
    workspace_id: ids.workspaceId,
    customer_profile_field_id: newId(),
    created_by: ids.userId,
    ...wish,
  });
}
