import type { Transaction } from '../../platform/database/database.ts';
import { joinGroup } from '../customers/join-group.ts';
import { matchCustomers } from '../customers/match-customers.ts';
import { areFree, saveCustomers, saveNewcomers } from '../customers/save-customers.ts';
import type { FieldDefinition } from '../fields/field.ts';
import { loadFields, lockProfiles } from '../fields/load-fields.ts';
import type { CheckedRow } from './checked-row.ts';
import { importFailures } from './errors.ts';
import { checkerFor, type ImportContext } from './import-context.ts';
import { type Merged, mergedNewcomers, mergeRows } from './merge-rows.ts';
import type { PreparedChunk } from './prepare-chunk.ts';

/**
 * Decides what a chunk comes to, without writing anything. Locks the workspace's profiles first: from here to the end of
 * the transaction nobody else changes customers or fields. Rows are checked again when a field has changed since;
 * field_gone (400) when one of the file's fields no longer exists. `writes` says whether applyChunk will follow. `watched` are
 * the identifiers that may stand in other chunks too; `metBefore` tells which of them did.
 */
export async function playChunk(
  tx: Transaction,
  context: ImportContext,
  chunk: PreparedChunk,
  writes: boolean,
  metBefore: (blindIndexes: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<{ merged: Merged; watched: readonly string[]; fields: FieldDefinition[] }> {
  await lockProfiles(tx, context.workspaceId);
  const fields = await loadFields(tx, context.accountId, context.workspaceId);
  const there = new Set(fields.map((field) => field.field_id));
  // Going on without the column could make a new customer of every row, if it was the identifier.
  if (context.plan.columns.some((fieldId) => fieldId !== null && !there.has(fieldId)))
    throw importFailures.field_gone();
  const isCurrent = chunk.signature === JSON.stringify(fields);
  if (isCurrent && (await isAllNew(tx, context, chunk, writes)))
    return { merged: mergedNewcomers(chunk.count, chunk.allNew?.write ?? null), watched: [], fields };
  const rows = isCurrent ? chunk.rows() : chunk.rawRows().map(checkerFor(context, fields).check);
  const matches = await matchCustomers(tx, context.accountId, context.workspaceId, blindIndexesOf(rows));
  const watched = blindIndexesOf(rows.filter((row) => row.mayRepeat));
  const merged = mergeRows({ ...context, fields }, rows, matches, await metBefore(watched));
  return { merged, watched, fields };
}

/** Whether the chunk can be taken as a whole: as new customers, of whom everything that is to be written is ready. */
async function isAllNew(
  tx: Transaction,
  context: ImportContext,
  chunk: PreparedChunk,
  writes: boolean,
): Promise<boolean> {
  const { allNew } = chunk;
  if (allNew === null || context.options.mode === 'update_only' || (writes && allNew.write === null)) return false;
  return allNew.blindIndexes === null || areFree(tx, context.accountId, allNew.blindIndexes);
}

/** Every identifier of the rows, once. */
function blindIndexesOf(rows: readonly CheckedRow[]): string[] {
  const met = new Set<string>();
  for (const row of rows) for (const { blindIndex } of row.identifiers) met.add(blindIndex);
  return [...met];
}

/** Writes what playChunk decided, in the same transaction: customers, identifiers, and who joins the group. */
export async function applyChunk(
  tx: Transaction,
  context: ImportContext,
  owner: { createdBy: string; groupId: string | null },
  merged: Merged,
): Promise<void> {
  const { accountId, workspaceId } = context;
  const { createdBy, groupId } = owner;
  const place = { accountId, workspaceId, createdBy };
  if (merged.newcomers !== null) {
    await saveNewcomers(tx, place, merged.newcomers, groupId);
    return;
  }
  const batch = merged.batch();
  await saveCustomers(tx, place, batch);
  if (groupId === null) return;
  const made = new Set(batch.created.map((write) => write.customerId));
  await joinGroup(tx, accountId, groupId, merged.accepted, (customerId) => made.has(customerId));
}
