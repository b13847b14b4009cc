import type { Transaction } from '../../platform/database/database.ts';
import { type CancelledJob, cancelJob } from '../jobs/cancel.ts';
import type { Services } from '../services.ts';
import { importFailures } from './errors.ts';
import { type ImportRow, isEnded } from './import.ts';
import { findImport } from './store.ts';

/**
 * Cancels an import: a queued one ends at once, a running one before its next chunk. Under skip, chunks that were applied
 * stay. Under reject an import that is being applied is refused (import_applying): it was promised whole or not at all.
 */
export async function cancelImport(
  services: Services,
  tx: Transaction,
  row: ImportRow,
): Promise<Omit<CancelledJob, 'job'> & { row: ImportRow }> {
  if (isEnded(row.status) || row.job_id === null) throw importFailures.import_ended();
  if (row.phase === 'applying' && row.options.on_error === 'reject') throw importFailures.import_applying();
  const { isEnded: hasEnded, told } = await cancelJob(services, services.jobKinds, tx, {
    accountId: row.account_id,
    workspaceId: row.workspace_id,
    jobId: row.job_id,
  });
  return { row: (await findImport(tx, row.account_id, row.import_id)) ?? row, isEnded: hasEnded, told };
}
