import { gunzipSync } from 'node:zlib';
import type { App } from '../src/app.ts';
import { SEALED_COLUMNS } from '../src/product/keys/sealed-rows.ts';
import { openProfile } from '../src/product/sealing/profile-envelope.ts';
import { readWhole } from '../src/product/sealing/sealed-stream.ts';

const isGzip = (bytes: Buffer) => bytes[0] === 0x1f && bytes[1] === 0x8b;
const plain = (bytes: Buffer) => (isGzip(bytes) ? gunzipSync(bytes) : bytes).toString();

/**
 * All that is kept of an account, readable: every row of every table, what is in its sealed columns, and every object.
 * Gives the places (table, table.column, object) in which the text stands, in whatever case.
 */
export async function placesWith(app: Pick<App, 'services'>, accountId: string, text: string): Promise<string[]> {
  const { database, objects, keyring } = app.services;
  const keys = await keyring.forAccount(accountId);
  const sought = text.toLowerCase();
  const has = (content: string) => content.toLowerCase().includes(sought);
  const rows = await database.tenant(accountId, async (tx) => {
    const found = new Set<string>();
    const tables = await tx.rows<{ name: string }>(
      `select c.oid::regclass::text as name from pg_policy p join pg_class c on c.oid = p.polrelid where p.polname = 'tenant' order by 1`,
    );
    for (const { name } of tables)
      for (const { row } of await tx.rows<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`))
        if (has(row)) found.add(name);
    for (const { table, column, workspace, boundTo, join } of SEALED_COLUMNS) {
      const sealed = await tx.rows<{ workspace_id: string; bound_to: string; envelope: Buffer }>(
        `select ${workspace} as workspace_id, ${boundTo} as bound_to, t.${column} as envelope from ${table} t ${join} where t.${column} is not null`,
      );
      for (const { workspace_id, bound_to, envelope } of sealed)
        if (
          envelope.length > 0 &&
          has(plain(openProfile(keys, { accountId, workspaceId: workspace_id, customerId: bound_to }, envelope)))
        )
          found.add(`${table}.${column}`);
    }
    return [...found];
  });
  const below = (await Promise.all(['published', 'uploads'].map((top) => objects.list(`${top}/${accountId}`)))).flat();
  const files: string[] = [];
  for (const key of below) if (has(plain(await readWhole(objects, keys, key)))) files.push(key);
  return [...rows, ...files];
}
