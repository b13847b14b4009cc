import type { Transaction } from '../../platform/database/database.ts';
import { joinGroup } from '../customers/join-group.ts';
import { matchCustomers } from '../customers/match-customers.ts';
import { saveCustomers } from '../customers/save-customers.ts';
import type { FieldDefinition } from '../fields/field.ts';
import { loadFields, lockProfiles } from '../fields/load-fields.ts';
import type { CheckedRow } from './checked-row.ts';
import { importFailures } from './errors.ts';
import { checkerFor, type ImportContext } from './import-context.ts';
import { type Merged, mergeRows } from './merge-rows.ts';
import type { PreparedChunk } from './prepare-chunk.ts';

/**
 * Decides what a chunk comes to, without writing anything. Locks the workspace's profiles first: from here to the end of
 * the transaction nobody else changes customers or fields. Rows are checked again when a field has changed since; field_gone (400) when one
 * of the file's fields no longer exists.
 */
export async function playChunk(
  tx: Transaction,
  context: ImportContext,
  chunk: PreparedChunk,
  metBefore: (rows: readonly CheckedRow[]) => Promise<ReadonlySet<string>>,
): Promise<{ merged: Merged; rows: readonly CheckedRow[]; fields: FieldDefinition[] }> {
  await lockProfiles(tx, context.workspaceId);
  const fields = await loadFields(tx, context.accountId, context.workspaceId);
  const there = new Set(fields.map((field) => field.field_id));
  // Going on without the column could make a new customer of every row, if it was the identifier.
  if (context.plan.columns.some((fieldId) => fieldId !== null && !there.has(fieldId)))
    throw importFailures.field_gone();
  const rows =
    chunk.signature === JSON.stringify(fields) ? chunk.rows : chunk.rawRows().map(checkerFor(context, fields).check);
  const blindIndexes = blindIndexesOf(rows);
  const matches = await matchCustomers(tx, context.accountId, context.workspaceId, blindIndexes);
  const merged = mergeRows({ ...context, fields }, rows, matches, await metBefore(rows));
  return { merged, rows, fields };
}

/** Every identifier of the rows, once. */
export function blindIndexesOf(rows: readonly CheckedRow[]): string[] {
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
  const batch = merged.batch();
  await saveCustomers(tx, { accountId, workspaceId, createdBy: owner.createdBy }, batch);
  if (owner.groupId === null) return;
  const made = new Set(batch.created.map((write) => write.customerId));
  await joinGroup(tx, accountId, owner.groupId, merged.accepted, (customerId) => made.has(customerId));
}
