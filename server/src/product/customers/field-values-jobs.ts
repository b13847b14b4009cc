import type { Transaction } from '../../platform/database/database.ts';
import { NO_SUCH_ID } from '../../platform/http/schemas.ts';
import { endFieldMove, FIELD_VALUES_MOVE } from '../fields/change-field.ts';
import { type LoadedField, loadFields, lockProfiles } from '../fields/load-fields.ts';
import { FIELD_VALUES_REMOVAL } from '../fields/remove-fields.ts';
import type { JobKind, JobRun } from '../jobs/job.ts';
import { mustEnd } from '../jobs/must-end.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import type { Services } from '../services.ts';
import type { CustomerRow } from './customer.ts';
import { customerWrite, openValues, profileText } from './profile-values.ts';
import { customersAfter, deleteFieldIdentifiers, updateCustomers } from './store.ts';

const CUSTOMERS_A_STEP = 1_000;

/** Seals these customers anew under the fields as they are now, which drops the values of deleted fields. */
async function resealCustomers(
  tx: Transaction,
  keys: AccountKeys,
  fields: readonly LoadedField[],
  rows: readonly CustomerRow[],
): Promise<void> {
  const slots = new Set(fields.map((field) => field.slot));
  const writes = rows.map((row) => {
    const owner = { accountId: row.account_id, workspaceId: row.workspace_id, customerId: row.customer_id };
    const values = openValues(keys, owner, row.sealed_profile);
    for (const slot of values.keys()) if (!slots.has(slot)) values.delete(slot);
    return customerWrite(keys, owner, fields, values, profileText(keys, row.workspace_id, values));
  });
  const accountId = rows[0]?.account_id;
  if (accountId !== undefined) await updateCustomers(tx, accountId, writes);
}

/** Walks over all customers of the job's workspace, a thousand at a step, and seals each anew. Returns how many. */
async function walk(services: Services, run: JobRun, removedFieldIds: readonly string[]): Promise<number> {
  const { account_id: accountId, workspace_id: workspaceId } = run.job;
  const keys = await services.keyring.forAccount(accountId);
  for (;;) {
    run.throwIfStopped();
    const ended = await run.step(async (step) => {
      await lockProfiles(step.tx, workspaceId);
      const done = Number(step.cursor?.done ?? 0);
      const after = typeof step.cursor?.after === 'string' ? step.cursor.after : NO_SUCH_ID;
      const rows = await customersAfter(step.tx, accountId, workspaceId, after, CUSTOMERS_A_STEP);
      const last = rows.at(-1);
      if (last === undefined) return done;
      const fields = await loadFields(step.tx, accountId, workspaceId);
      await resealCustomers(step.tx, keys, fields, rows);
      if (removedFieldIds.length > 0) {
        const ids = rows.map((row) => row.customer_id);
        await deleteFieldIdentifiers(step.tx, accountId, ids, removedFieldIds);
      }
      step.saveCursor({ after: last.customer_id, done: done + rows.length });
      step.progress(done + rows.length, Math.max(run.job.progress_total, done + rows.length));
      return null;
    });
    if (ended !== null) return ended;
  }
}

/** Takes the values of deleted fields out of every stored profile, and their identifiers with them. */
export const fieldValuesRemovalJob: JobKind<Services> = {
  kind: FIELD_VALUES_REMOVAL,
  refuseCancel: mustEnd,
  run: async (services, run) => ({
    customers: await walk(
      services,
      run,
      (run.job.subject.field_ids ?? '').split(',').filter((id) => id !== ''),
    ),
  }),
};

/** Moves a field's values into or out of the clear copy after its is_sensitive changed. */
export const fieldValuesMoveJob: JobKind<Services> = {
  kind: FIELD_VALUES_MOVE,
  refuseCancel: mustEnd,
  run: async (services, run) => ({ customers: await walk(services, run, []) }),
  onCompleted: (_services, tx, job) => endFieldMove(tx, job.account_id, job.job_id),
};
