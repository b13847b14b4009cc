import { type Complaint, lineAt, type SourceFile } from './source-file.ts';

const MIGRATIONS = 'server/migrations/';

/** Tables that belong to no account; an attempt to sign in names an email that may be nobody's. */
const ACCOUNTLESS = new Set(['migrations', 'schema_migrations', 'sign_in_attempts', 'sign_in_places']);

const withoutComments = (sql: string) => sql.replace(/--[^\n]*/g, (comment) => ' '.repeat(comment.length));

/** Every tenant table has its wall, and its keys begin with account_id. */
export function tenancyRule(migrations: readonly SourceFile[]): Complaint[] {
  const all = migrations.map(({ text }) => withoutComments(text)).join('\n');
  const walled = new Set([...all.matchAll(/add_tenant_wall\('(\w+)'\)/g)].map((match) => match[1]));
  return migrations.flatMap((file) => {
    const sql = withoutComments(file.text);
    const complaints: Complaint[] = [];
    const add = (index: number, advice: string) =>
      complaints.push({ path: file.path, line: lineAt(sql, index), advice });
    for (const table of sql.matchAll(
      /create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?([\w.]+)\s*\(([\s\S]*?)\n\)/gi,
    )) {
      const [, name = '', columns = ''] = table;
      if (ACCOUNTLESS.has(name)) continue;
      if (!/^\s*account_id\s+uuid\b/m.test(columns))
        add(table.index, `${name} has no account_id: every tenant table begins with it.`);
      else if (!walled.has(name)) add(table.index, `Add select add_tenant_wall('${name}'); after the table.`);
      for (const key of columns.matchAll(
        /\b(primary key|unique(?:\s+nulls\s+not\s+distinct)?|references\s+\w+)\s*\(\s*(\w+)/gi,
      ))
        if (key[2] !== 'account_id')
          add(
            table.index + key.index,
            `${name}: ${key[1]} begins with account_id, so that no key reaches across accounts.`,
          );
    }
    for (const index of sql.matchAll(/create\s+unique\s+index\s+(\w+)\s+on\s+(\w+)\s*(?:using\s+\w+\s*)?\(\s*(\w+)/gi))
      if (index[3] !== 'account_id')
        add(index.index, `The unique index ${index[1]} of ${index[2]} begins with account_id.`);
    return complaints;
  });
}

/** Each number once: the order is the file list, and branches that grew side by side may leave gaps. */
export function numberingRule(migrations: readonly SourceFile[]): Complaint[] {
  const paths = migrations.map(({ path }) => path).sort();
  return paths.flatMap((path, index) => {
    const name = path.slice(MIGRATIONS.length);
    if (!/^\d{4}_[a-z0-9_]+\.sql$/.test(name))
      return [{ path, line: 1, advice: 'A migration is called by four digits and words, like 0001_tenants.sql.' }];
    const before = paths[index - 1]?.slice(MIGRATIONS.length, MIGRATIONS.length + 4);
    return before === name.slice(0, 4)
      ? [{ path, line: 1, advice: `Two migrations have the number ${before}: give this one the next free number.` }]
      : [];
  });
}

export function migrationsAmong(files: readonly SourceFile[]): SourceFile[] {
  return files.filter(({ path }) => path.startsWith(MIGRATIONS) && path.endsWith('.sql'));
}
