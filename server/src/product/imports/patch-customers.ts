import { loadFields, lockProfiles } from '../fields/load-fields.ts';
import { requireGroup } from '../groups/find-group.ts';
import type { ProductCall, Services } from '../services.ts';
import { countUsage, requireQuota } from '../usage/count-usage.ts';
import { INLINE_ROWS } from './check-customers.ts';
import { contentInMemory, recordsAsNdjson } from './content.ts';
import { importFailures } from './errors.ts';
import { acceptedRows, isRejected } from './import.ts';
import { checkerFor, type ImportContext } from './import-context.ts';
import type { ImportOptions } from './import-options.ts';
import { applyChunk, playChunk } from './play-chunk.ts';
import { prepareChunk } from './prepare-chunk.ts';
import type { RawRow } from './raw-row.ts';
import { openFile, readRows, refusalOf } from './read-rows.ts';
import { addErrors, type ErrorReport, type RowError } from './row-error.ts';

type Caller = Pick<ProductCall<unknown>, 'tx' | 'actor' | 'address' | 'requestId'> & { services: Services };

export type Patched = {
  answer: { updated: number; not_found: number; errors: RowError[] };
  /** Whose profile is another now, or who joined the group: not those who were so already. */
  touched: string[];
};

/**
 * Updates existing customers from records, as a check in update_only does: every record finds its customer by a unique
 * field. A customer whose profile already is as asked counts as updated. Runs in the caller's transaction; under reject
 * any error throws import_rejected (400) and nothing is stored.
 */
export async function patchCustomers(
  caller: Caller,
  request: { workspaceId: string; groupId: string | null; options: ImportOptions; records: readonly unknown[] },
): Promise<Patched> {
  const { services, tx, actor } = caller;
  const { workspaceId, options } = request;
  if (request.records.length > INLINE_ROWS) throw importFailures.too_many_records();
  await lockProfiles(tx, workspaceId);
  if (request.groupId !== null) await requireGroup(tx, actor.accountId, workspaceId, request.groupId, 'update');
  const fields = await loadFields(tx, actor.accountId, workspaceId);
  if (!fields.some((field) => field.is_unique)) throw importFailures.unique_field_required();
  const keys = await services.keyring.forAccount(actor.accountId);
  const content = contentInMemory(services.objects, keys, 'ndjson', recordsAsNdjson(request.records));
  const rows: RawRow[] = [];
  const { plan } = await openFile(content, fields, options);
  try {
    for await (const chunk of readRows(content, plan, { fromByte: 0, fromRow: 0, rowsAtOnce: INLINE_ROWS }))
      rows.push(...chunk);
  } catch (error) {
    throw refusalOf(error);
  }
  const context: ImportContext = {
    keys,
    accountId: actor.accountId,
    workspaceId,
    options,
    plan,
    todayYear: services.clock.now().getUTCFullYear(),
    queuedAt: null,
  };
  const chunk = prepareChunk(checkerFor(context, fields), rows);
  const { merged } = await playChunk(tx, context, null, chunk, 'write', async () => new Set());
  const report: ErrorReport = { errors: [], error_counts: {} };
  for (const failed of merged.failed) addErrors(report, failed.errors);
  const { counts } = merged;
  if (isRejected(options, report)) {
    throw importFailures.import_rejected({
      details: report.errors,
      body: { updated: 0, not_found: counts.skipped, errors: report.errors },
    });
  }
  const updated = acceptedRows(counts);
  await requireQuota(services, tx, actor.accountId, { imported_rows: updated });
  const applied = await applyChunk(tx, context, { createdBy: actor.userId, groupId: request.groupId }, merged);
  await countUsage(services, tx, actor.accountId, { imported_rows: updated });
  const changed = applied?.batch.updated.map((write) => write.customerId) ?? [];
  const touched = [...new Set([...changed, ...(applied?.joined ?? [])])];
  return { answer: { updated, not_found: counts.skipped, errors: report.errors }, touched };
}
