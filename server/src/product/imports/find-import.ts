import type { Transaction } from '../../platform/database/database.ts';
import { notFound } from '../../platform/errors/platform-failures.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import type { ImportRow } from './import.ts';
import { findImport } from './store.ts';

/** The import of this workspace, or 400 not_found. */
export async function requireImport(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  importId: string,
): Promise<ImportRow> {
  const row = isUuid(importId) ? await findImport(tx, accountId, importId) : undefined;
  if (row?.workspace_id !== workspaceId) throw notFound('import');
  return row;
}
