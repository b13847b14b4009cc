import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import { everyAccount } from '../audit/every-account.ts';
import { IDS_AN_EVENT } from '../audit/record-call.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { Services } from '../services.ts';
import type { ImportRow } from './import.ts';
import { deleteFailedRowsBefore } from './row-store.ts';
import { forgetHeadersBefore } from './store.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const ROWS_AT_ONCE = 10_000;

const keptSince = ({ config, clock }: Pick<Services, 'config' | 'clock'>) =>
  new Date(clock.now().getTime() - config.repairFileDays * DAY_MS);

/** Whether the failed rows of the import are so old that they are gone, or go at the next look. */
export function isRepairFileGone(services: Services, { failed_count, completed_at }: ImportRow): boolean {
  return failed_count > 0 && completed_at !== null && completed_at < keptSince(services);
}

/** Tells that the server itself deleted failed rows: in one event, but for more imports than one may name. */
async function recordForgotten(
  tx: Transaction,
  accountId: string,
  requestId: string,
  forgotten: readonly { import_id: string; rows: number }[],
): Promise<void> {
  for (let from = 0; from < forgotten.length; from += IDS_AN_EVENT) {
    const some = forgotten.slice(from, from + IDS_AN_EVENT);
    await recordEvent(tx, {
      accountId,
      action: 'customers.failed_rows_deleted',
      outcome: 'done',
      actorUserId: null,
      sessionId: null,
      workspaceId: null,
      objectIds: {
        rows: some.reduce((sum, { rows }) => sum + rows, 0),
        import_ids: some.map(({ import_id }) => import_id),
      },
      client: null,
      address: null,
      requestId,
    });
  }
}

/**
 * Deletes the failed rows of imports that ended long ago, and the headers, in which a person may stand where the file had none. They are rows of people of whom nobody may ever say that they
 * are customers, and the one place of personal data that nothing else would end.
 */
export async function forgetOldFailedRows(services: Services): Promise<void> {
  const before = keptSince(services);
  for (const accountId of await everyAccount(services)) {
    const requestId = newId();
    let deleted: number;
    do {
      deleted = await services.database.tenant(accountId, async (tx) => {
        const forgotten = await deleteFailedRowsBefore(tx, accountId, before, ROWS_AT_ONCE);
        await recordForgotten(tx, accountId, requestId, forgotten);
        return forgotten.reduce((sum, { rows }) => sum + rows, 0);
      });
    } while (deleted === ROWS_AT_ONCE);
    await services.database.tenant(accountId, (tx) => forgetHeadersBefore(tx, accountId, before));
  }
}
