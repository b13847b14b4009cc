import type { Transaction } from '../../platform/database/database.ts';
import type { FieldDefinition } from './field.ts';
import { definitionOf } from './field-row.ts';
import { listFields, takeProfilesLock } from './store.ts';

export type LoadedField = FieldDefinition & {
  /** True while a job moves stored values in or out of the clear copy: segments by this field would be wrong. */
  is_moving: boolean;
};

/** All fields of the workspace, in the order they were made. */
export async function loadFields(tx: Transaction, accountId: string, workspaceId: string): Promise<LoadedField[]> {
  return (await listFields(tx, accountId, workspaceId)).map((row) => ({
    ...definitionOf(row),
    is_moving: row.moving_job_id !== null,
  }));
}

/**
 * Keeps the workspace's fields and profiles still until the transaction ends: whoever writes profiles, or changes which
 * fields there are, takes this first and reads the fields after it.
 */
export async function lockProfiles(tx: Transaction, workspaceId: string): Promise<void> {
  await takeProfilesLock(tx, workspaceId);
}
