import type { Transaction } from '../../platform/database/database.ts';
import { brokeConstraint } from '../../platform/database/database-errors.ts';
import { erasedSince } from '../customers/erased-since.ts';
import { joinGroup } from '../customers/join-group.ts';
import { findDiffering, matchCustomers } from '../customers/match-customers.ts';
import { areFree, type CustomerBatch, saveCustomers, saveNewcomers } from '../customers/save-customers.ts';
import type { FieldDefinition } from '../fields/field.ts';
import { loadFields, lockProfiles } from '../fields/load-fields.ts';
import type { CheckedRow } from './checked-row.ts';
import { importFailures } from './errors.ts';
import { checkerFor, type ImportContext } from './import-context.ts';
import { type Merged, mergedNewcomers, mergeRows } from './merge-rows.ts';
import type { PreparedChunk } from './prepare-chunk.ts';

/**
 * What the caller will do with the decision: nothing; write it; or write it trusting that a chunk which can be taken as a
 * whole is of new customers, without looking their identifiers up. Where that is not so, applyChunk breaks a constraint
 * (isNotNew) and the caller begins the chunk again without trust.
 */
export type Play = 'decide' | 'write' | 'trust';

/** Whether writing failed because a customer taken to be new is there already. */
export const isNotNew = (error: unknown) => brokeConstraint(error, 'customer_identifiers_pkey');

/**
 * Decides what a chunk comes to, without writing anything. Locks the workspace's profiles first: from here to the end of
 * the transaction nobody else changes customers or fields. Rows are checked again when a field has changed since;
 * field_gone (400) when one of the file's fields no longer exists. `watched` are the identifiers that may stand in other
 * chunks too; `metBefore` tells which of them did. Rows of people who were erased since a queued file was handed in are
 * skipped. `groupId` is the group that customers join, null for none.
 */
export async function playChunk(
  tx: Transaction,
  context: ImportContext,
  groupId: string | null,
  chunk: PreparedChunk,
  play: Play,
  metBefore: (blindIndexes: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<{ merged: Merged; watched: readonly string[]; fields: FieldDefinition[] }> {
  await lockProfiles(tx, context.workspaceId);
  const fields = await loadFields(tx, context.accountId, context.workspaceId);
  const there = new Set(fields.map((field) => field.field_id));
  // Going on without the column could make a new customer of every row, if it was the identifier.
  if (context.plan.columns.some((fieldId) => fieldId !== null && !there.has(fieldId)))
    throw importFailures.field_gone();
  const isCurrent = chunk.signature === JSON.stringify(fields);
  const erased = await erasedOf(tx, context);
  if (isCurrent && erased.size === 0 && (await isAllNew(tx, context, chunk, play)))
    return { merged: mergedNewcomers(chunk.count, chunk.allNew?.write ?? null), watched: [], fields };
  const all = isCurrent
    ? await rowsThatMatter(tx, context, groupId, chunk)
    : chunk.rawRows().map(checkerFor(context, fields).check);
  const rows = erased.size === 0 ? all : all.filter((row) => !namesOneOf(row, erased));
  const matches = await matchCustomers(tx, context.accountId, context.workspaceId, blindIndexesOf(rows));
  const watched = blindIndexesOf(rows.filter((row) => row.mayRepeat));
  const merged = mergeRows({ ...context, fields }, rows, matches, await metBefore(watched));
  merged.counts.total_rows += chunk.count - rows.length;
  merged.counts.unchanged += chunk.count - all.length;
  merged.counts.skipped += all.length - rows.length;
  return { merged, watched, fields };
}

const NOBODY: ReadonlySet<string> = new Set();

/** Who was erased since the file was handed in. They are read under the lock that erasing holds too. */
async function erasedOf(tx: Transaction, context: ImportContext): Promise<ReadonlySet<string>> {
  if (context.queuedAt === null) return NOBODY;
  return erasedSince(tx, context.accountId, context.workspaceId, context.queuedAt);
}

const namesOneOf = (row: CheckedRow, blindIndexes: ReadonlySet<string>) =>
  row.identifiers.some(({ blindIndex }) => blindIndexes.has(blindIndex)) ||
  row.mentions.some((mention) => blindIndexes.has(mention));

/** The rows of the chunk without those that are stored just so and whose customers are in the group: they change nothing. */
async function rowsThatMatter(
  tx: Transaction,
  context: ImportContext,
  groupId: string | null,
  chunk: PreparedChunk,
): Promise<readonly CheckedRow[]> {
  const { comparable } = chunk;
  if (comparable === null || groupId === null || context.options.mode === 'create_only') return chunk.rows();
  return comparable.othersAnd(await findDiffering(tx, context.accountId, groupId, comparable));
}

/** Whether the chunk can be taken as a whole: as new customers, of whom everything that is to be written is ready. */
async function isAllNew(tx: Transaction, context: ImportContext, chunk: PreparedChunk, play: Play): Promise<boolean> {
  const { allNew } = chunk;
  if (allNew === null || context.options.mode === 'update_only' || (play !== 'decide' && allNew.write === null))
    return false;
  return allNew.blindIndexes === null || play === 'trust' || areFree(tx, context.accountId, allNew.blindIndexes);
}

/** Every identifier of the rows, once. */
function blindIndexesOf(rows: readonly CheckedRow[]): string[] {
  const met = new Set<string>();
  for (const row of rows) for (const { blindIndex } of row.identifiers) met.add(blindIndex);
  return [...met];
}

/**
 * Writes what playChunk decided, in the same transaction: customers, identifiers, and who joins the group. Returns what it
 * wrote and who joined; null where all are new, whose ids are packed.
 */
export async function applyChunk(
  tx: Transaction,
  context: ImportContext,
  owner: { createdBy: string; groupId: string | null },
  merged: Merged,
): Promise<{ batch: CustomerBatch; joined: readonly string[] } | null> {
  const { accountId, workspaceId } = context;
  const { createdBy, groupId } = owner;
  const place = { accountId, workspaceId, createdBy };
  if (merged.newcomers !== null) {
    await saveNewcomers(tx, place, merged.newcomers, groupId);
    return null;
  }
  const batch = merged.batch();
  await saveCustomers(tx, place, batch);
  if (groupId === null) return { batch, joined: [] };
  const made = new Set(batch.created.map((write) => write.customerId));
  const joined = await joinGroup(tx, accountId, groupId, merged.accepted, (customerId) => made.has(customerId));
  return { batch, joined };
}
