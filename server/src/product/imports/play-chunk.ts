import type { Transaction } from '../../platform/database/database.ts';
import { joinGroup } from '../customers/join-group.ts';
import { matchCustomers } from '../customers/match-customers.ts';
import { saveCustomers } from '../customers/save-customers.ts';
import type { FieldDefinition } from '../fields/field.ts';
import { loadFields, lockProfiles } from '../fields/load-fields.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { type CheckingFields, checkingFields, type RowChecker, rowChecker } from './checked-row.ts';
import { importFailures } from './errors.ts';
import type { ImportPlan } from './import.ts';
import type { ImportOptions } from './import-options.ts';
import { type Merged, mergeRows } from './merge-rows.ts';
import type { PreparedChunk } from './prepare-chunk.ts';

/** What stays the same over all chunks of one import. */
export type ImportContext = {
  keys: AccountKeys;
  accountId: string;
  workspaceId: string;
  options: ImportOptions;
  plan: ImportPlan;
  /** Two-digit years are read around it; fixed when the import began, so that every pass reads alike. */
  todayYear: number;
};

/** Checks rows under one state of the workspace's fields. */
export type Checker = {
  checking: CheckingFields;
  check: RowChecker;
  /** Looks at the unique fields only: the identifiers of a row, and nothing else that is worth anything. */
  identify: RowChecker;
};

export function checkerFor(context: ImportContext, fields: readonly FieldDefinition[]): Checker {
  const checking = checkingFields(fields, context.todayYear);
  const columns = context.plan.columns.map((fieldId) =>
    fieldId === null ? null : (checking.byId.get(fieldId) ?? null),
  );
  const renamed = new Map(Object.entries(context.options.field_map).map(([key, name]) => [plain(key), name]));
  const keyField = (key: string) => {
    const name = renamed.get(plain(key));
    return name === null ? null : checking.byName.get(plain(name ?? key));
  };
  const onlyUnique = <T>(index: number | null | T) =>
    typeof index === 'number' && checking.fields[index]?.is_unique !== true ? null : index;
  return {
    checking,
    check: rowChecker({ ...context, checking }, columns, keyField),
    identify: rowChecker({ ...context, checking }, columns.map(onlyUnique<null>), (key) => onlyUnique(keyField(key))),
  };
}

const plain = (name: string) => name.trim().toLowerCase();

/**
 * Decides what a chunk comes to, without writing anything. Locks the workspace's profiles first: from here to the end of
 * the transaction nobody else changes customers or fields. Rows are checked again when a field has changed since; field_gone (400) when one
 * of the file's fields no longer exists.
 */
export async function playChunk(
  tx: Transaction,
  context: ImportContext,
  chunk: PreparedChunk,
  metBefore: (blindIndexes: string[], checker: Checker) => Promise<ReadonlySet<string>>,
): Promise<{ merged: Merged; checker: Checker }> {
  await lockProfiles(tx, context.workspaceId);
  const now = checkerFor(context, await loadFields(tx, context.accountId, context.workspaceId));
  // Going on without the column could make a new customer of every row, if it was the identifier.
  if (context.plan.columns.some((fieldId) => fieldId !== null && !now.checking.byId.has(fieldId)))
    throw importFailures.field_gone();
  const same = now.checking.signature === chunk.checker.checking.signature;
  const checker = same ? chunk.checker : now;
  const checked = same ? chunk.checked : chunk.rows.map(now.check);
  const blindIndexes = [...new Set(checked.flatMap((row) => row.identifiers.map((one) => one.blindIndex)))];
  const matches = await matchCustomers(tx, context.accountId, context.workspaceId, blindIndexes);
  const merged = mergeRows(
    { ...context, fields: checker.checking.fields },
    checked,
    matches,
    await metBefore(blindIndexes, checker),
  );
  return { merged, checker };
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
