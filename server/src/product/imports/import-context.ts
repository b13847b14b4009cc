import type { FieldDefinition } from '../fields/field.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { type CheckingFields, checkingFields, type RowChecker, rowChecker } from './checked-row.ts';
import type { ImportPlan } from './import.ts';
import type { ImportOptions } from './import-options.ts';

/** What stays the same over all chunks of one import. */
export type ImportContext = {
  keys: AccountKeys;
  accountId: string;
  workspaceId: string;
  options: ImportOptions;
  plan: ImportPlan;
  /** Two-digit years are read around it; fixed when the import began, so that every pass reads alike. */
  todayYear: number;
  /** When a queued import was handed in: who was erased since is left out. Null for what is answered at once. */
  queuedAt: Date | null;
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
