import type { Transaction } from '../../platform/database/database.ts';
import { notFound } from '../../platform/errors/platform-failures.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import type { JobQueue } from '../../platform/jobs/queue.ts';
import { queueJob } from '../jobs/queue-job.ts';
import { refuseIncoherent } from './coherent.ts';
import { fieldFailures } from './errors.ts';
import { definitionOf, type FieldRow } from './field-row.ts';
import { clearMoving, lockFields, takeProfilesLock, updateField } from './store.ts';

/** The job that moves a field's stored values into or out of the clear copy; whoever owns the profiles does it. */
export const FIELD_VALUES_MOVE = 'field_values_move';

export type FieldChange = Partial<
  Pick<FieldRow, 'display_name' | 'is_required' | 'is_sensitive' | 'field_format' | 'options' | 'validation_rules'>
>;

/**
 * Changes a field's definition; stored data is kept. A change of is_sensitive moves stored values in a job: `isOpened` says
 * that they come to be kept in clear, which the caller must be permitted.
 */
export async function changeField(
  queue: JobQueue,
  tx: Transaction,
  ids: { accountId: string; workspaceId: string; userId: string; fieldId: string },
  change: FieldChange,
): Promise<{ field: FieldRow; jobId: string | null; isOpened: boolean }> {
  if (!isUuid(ids.fieldId)) throw notFound('field');
  await takeProfilesLock(tx, ids.workspaceId);
  const [field] = await lockFields(tx, ids.accountId, ids.workspaceId, [ids.fieldId]);
  if (field === undefined) throw notFound('field');
  if (change.field_format !== undefined && field.field_type !== 'Date' && change.field_format !== field.field_format)
    throw fieldFailures.field_unchangeable();
  const changed: FieldRow = { ...field, ...change };
  const isEmail = (row: FieldRow) => row.validation_rules?.format === 'email';
  // Email identifiers match in lower case: stored ones would no longer be found.
  if (field.is_unique && isEmail(field) !== isEmail(changed))
    throw fieldFailures.field_unchangeable({
      message:
        'The email format of a unique field never changes, because identifiers match by it. Make a new field instead.',
    });
  refuseIncoherent(definitionOf(changed));
  const moves = changed.is_sensitive !== field.is_sensitive && !field.is_unique;
  if (moves && field.moving_job_id !== null) throw fieldFailures.field_moving();
  if (!moves) return { field: await updateField(tx, changed), jobId: null, isOpened: false };
  const jobId = await queueJob(queue, tx, {
    accountId: ids.accountId,
    workspaceId: ids.workspaceId,
    kind: FIELD_VALUES_MOVE,
    subject: {
      field_id: field.customer_profile_field_id,
      slot: String(field.slot),
      into: changed.is_sensitive ? 'sealed' : 'clear',
    },
    createdBy: ids.userId,
  });
  const moving = await updateField(tx, { ...changed, moving_job_id: jobId });
  return { field: moving, jobId, isOpened: !changed.is_sensitive };
}

/** The move has ended: segments by the field are allowed again. */
export async function endFieldMove(tx: Transaction, accountId: string, jobId: string): Promise<void> {
  await clearMoving(tx, accountId, jobId);
}
