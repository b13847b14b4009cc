import type { Transaction } from '../../platform/database/database.ts';

/** Uploads of imports that have ended: their objects may go. */
export function endedUploads(
  tx: Transaction,
  accountId: string,
  limit: number,
): Promise<{ import_id: string; object_key: string }[]> {
  return tx.rows(
    `select import_id, object_key from imports where account_id = $1 and object_key is not null and status not in ('queued', 'running') limit $2`,
    [accountId, limit],
  );
}

export async function forgetUploads(tx: Transaction, accountId: string, importIds: readonly string[]): Promise<void> {
  await tx.run('update imports set object_key = null where account_id = $1 and import_id = any($2::uuid[])', [
    accountId,
    importIds,
  ]);
}

/** Which of these objects an import still names. */
export async function uploadsInUse(
  tx: Transaction,
  accountId: string,
  objectKeys: readonly string[],
): Promise<Set<string>> {
  const rows = await tx.rows<{ object_key: string }>(
    'select object_key from imports where account_id = $1 and object_key = any($2::text[])',
    [accountId, objectKeys],
  );
  return new Set(rows.map((row) => row.object_key));
}
