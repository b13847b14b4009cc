import pg from 'pg';

/**
 * Works on one connection as the database's owner, who sees every tenant and may change tables: for what is done beside
 * serving, never while serving. Throws what the work throws, or the driver when the database cannot be reached in ten seconds.
 */
export async function asOwner<T>(ownerUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
