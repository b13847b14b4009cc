import pg from 'pg';

/** A copy of the database as it is now, as a backup would bring it back. The server must not run. */
export async function copyDatabase(url: string, suffix = 'backup'): Promise<string> {
  const { pathname } = new URL(url);
  const [name, copy] = [pathname.slice(1), `${pathname.slice(1)}_${suffix}`];
  const cluster = new URL(url);
  cluster.pathname = '/postgres';
  const client = new pg.Client({ connectionString: cluster.toString() });
  await client.connect();
  await client.query(`create database ${copy} template ${name}`);
  await client.end();
  const made = new URL(url);
  made.pathname = `/${copy}`;
  return made.toString();
}
