import { connectAsOwner } from './database-digest.ts';

/** Holds calls in the database by a lock on a table that they need, and sees how many are held. */
export type TableHolder = {
  /** How many statements wait for a lock. */
  held(): Promise<number>;
  /** Does something while nobody else can write to the table (share), or use it at all. */
  whileHeld<T>(table: string, mode: 'share' | 'access exclusive', work: () => Promise<T>): Promise<T>;
  end(): Promise<void>;
};

export async function openTableHolder(databaseUrl: string): Promise<TableHolder> {
  const holder = await connectAsOwner(databaseUrl);
  // Not the one that locks: a transaction sees one moment only of what the others do.
  const onlooker = await connectAsOwner(databaseUrl);
  return {
    held: async () => {
      const { rows } = await onlooker.query(
        `select count(distinct pid)::int as n from pg_locks join pg_stat_activity using (pid)
         where not granted and datname = current_database()`,
      );
      return rows[0].n;
    },
    whileHeld: async (table, mode, work) => {
      await holder.query('begin');
      await holder.query(`lock table ${table} in ${mode} mode`);
      try {
        return await work();
      } finally {
        await holder.query('rollback');
      }
    },
    end: async () => {
      await Promise.all([holder.end(), onlooker.end()]);
    },
  };
}
