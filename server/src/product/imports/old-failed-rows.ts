import { everyAccount } from '../audit/every-account.ts';
import type { Services } from '../services.ts';
import type { ImportRow } from './import.ts';
import { deleteFailedRowsBefore } from './row-store.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const ROWS_AT_ONCE = 10_000;

const keptSince = ({ config, clock }: Pick<Services, 'config' | 'clock'>) =>
  new Date(clock.now().getTime() - config.repairFileDays * DAY_MS);

/** Whether the failed rows of the import are so old that they are gone, or go at the next look. */
export function isRepairFileGone(services: Services, { failed_count, completed_at }: ImportRow): boolean {
  return failed_count > 0 && completed_at !== null && completed_at < keptSince(services);
}

/**
 * Deletes the failed rows of imports that ended long ago. They are rows of people of whom nobody may ever say that they
 * are customers, and the one place of personal data that nothing else would end.
 */
export async function forgetOldFailedRows(services: Services): Promise<void> {
  const before = keptSince(services);
  for (const accountId of await everyAccount(services)) {
    let deleted: number;
    do {
      deleted = await services.database.tenant(accountId, (tx) =>
        deleteFailedRowsBefore(tx, accountId, before, ROWS_AT_ONCE),
      );
    } while (deleted === ROWS_AT_ONCE);
  }
}
