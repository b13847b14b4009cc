import { PgBoss } from 'pg-boss';
import { asOwner } from '../database/as-owner.ts';
import type { Transaction } from '../database/database.ts';
import { MigrationsPending } from '../database/migrate.ts';
import { describeError, type Log } from '../log/log.ts';

export const QUEUE_SCHEMA = 'job_queue';
const QUEUE = 'work';

/** What a queued entry carries: ids and nothing else. */
export type JobRef = { account_id: string; job_id: string };

export type JobQueue = {
  /** Queues work in the caller's transaction: it exists if and only if that commits. */
  send(tx: Transaction, ref: JobRef, delaySeconds?: number): Promise<void>;
  /** Whether an entry for this work waits or is being worked on. */
  holds(tx: Transaction, ref: JobRef): Promise<boolean>;
  /** Whether an entry for this work waits for a time that has not come yet. */
  sleeps(tx: Transaction, ref: JobRef): Promise<boolean>;
  /** An entry that waits, for a time or for a worker, wakes the workers now. Nothing happens when there is none. */
  hasten(tx: Transaction, ref: JobRef): Promise<void>;
  /** Begins to work. A handler that throws, or whose process dies, is called again after a while. */
  work(handler: (ref: JobRef, signal: AbortSignal) => Promise<void>, concurrency: number): Promise<void>;
  /** Takes no new work, tells running handlers to stop at their next safe point, and waits for them. */
  stop(timeoutMs: number): Promise<void>;
};

/** How often work counts as failed is the runner's to know; an entry only goes when it was worked off. */
const RETRIES = 1_000;

/** Installs the queue's own tables and the one queue, as the owner, and lets the app role use them. */
export async function installQueue(ownerUrl: string): Promise<void> {
  const boss = new PgBoss({
    connectionString: ownerUrl,
    schema: QUEUE_SCHEMA,
    supervise: false,
    schedule: false,
    max: 2,
  });
  boss.on('error', () => undefined);
  await boss.start();
  try {
    const options = {
      retryLimit: RETRIES,
      retryDelay: 1,
      retryBackoff: false,
      expireInSeconds: 23 * 60 * 60,
      heartbeatSeconds: 10,
      deleteAfterSeconds: 24 * 60 * 60,
      notify: true,
    };
    if ((await boss.getQueue(QUEUE)) === null) await boss.createQueue(QUEUE, options);
    else await boss.updateQueue(QUEUE, options);
  } finally {
    await boss.stop({ graceful: false });
  }
  await asOwner(ownerUrl, async (client) => {
    await client.query(`grant usage on schema ${QUEUE_SCHEMA} to nudgescribe_app`);
    await client.query(
      `grant select, insert, update, delete on all tables in schema ${QUEUE_SCHEMA} to nudgescribe_app`,
    );
    await client.query(`grant usage on all sequences in schema ${QUEUE_SCHEMA} to nudgescribe_app`);
    await client.query(`grant execute on all functions in schema ${QUEUE_SCHEMA} to nudgescribe_app`);
  });
}

/** Opens the queue with the app role's connection. Throws MigrationsPending where its tables are of another version. */
export async function openQueue(appUrl: string, log: Log): Promise<JobQueue> {
  const boss = new PgBoss({
    connectionString: appUrl,
    schema: QUEUE_SCHEMA,
    migrate: false,
    createSchema: false,
    schedule: false,
    supervise: true,
    useListenNotify: true,
    reindex: false,
    monitorVacuum: false,
    // How soon a killed worker's job is given away: heartbeats are checked this often.
    monitorIntervalSeconds: 5,
    superviseIntervalSeconds: 5,
    // How soon workers know that work waits.
    queueCacheIntervalSeconds: 5,
    max: 4,
  });
  boss.on('error', (error) => log.warn('job_queue_error', describeError(error)));
  await boss.start().catch(async (error: unknown) => {
    await boss.stop({ graceful: false }).catch(() => undefined);
    // pg-boss says so by its words only.
    if (error instanceof Error && /requires migrations|is not installed/.test(error.message))
      throw new MigrationsPending('those of the job queue are');
    throw error;
  });
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  const send = async (tx: Transaction, ref: JobRef, delaySeconds = 0) => {
    const db = { executeSql: async (text: string, values?: unknown[]) => ({ rows: await tx.rows(text, values) }) };
    const group = { id: ref.account_id };
    await boss.send(QUEUE, ref, { db, group, ...(delaySeconds > 0 ? { startAfter: delaySeconds } : {}) });
  };
  return {
    send,
    // Sent anew rather than changed, because only what is sent wakes the workers.
    hasten: async (tx, ref) => {
      const waited = await tx.run(
        `delete from ${QUEUE_SCHEMA}.job where name = $1 and state in ('created', 'retry') and data->>'job_id' = $2`,
        [QUEUE, ref.job_id],
      );
      if (waited > 0) await send(tx, ref);
    },
    holds: async (tx, ref) => {
      const found = await tx.row(
        `select 1 from ${QUEUE_SCHEMA}.job where name = $1 and state in ('created', 'retry', 'active') and data->>'job_id' = $2 limit 1`,
        [QUEUE, ref.job_id],
      );
      return found !== undefined;
    },
    sleeps: async (tx, ref) => {
      const found = await tx.row(
        `select 1 from ${QUEUE_SCHEMA}.job where name = $1 and state in ('created', 'retry') and data->>'job_id' = $2 and start_after > now() limit 1`,
        [QUEUE, ref.job_id],
      );
      return found !== undefined;
    },
    work: async (handler, concurrency) => {
      await boss.work<JobRef>(
        QUEUE,
        {
          batchSize: 1,
          localConcurrency: concurrency,
          // One account has half of the workers, however many jobs it has: what they ask of the database slows the others too.
          localGroupConcurrency: Math.max(1, Math.floor(concurrency / 2)),
          pollingIntervalSeconds: 0.5,
          notifyPollingIntervalSeconds: 2,
          // While work waits, whoever has done some takes the next at once: at a poll each, short jobs of one would keep all waiting.
          burstWhenReadyExceeds: 1,
        },
        async ([job]) => {
          if (job === undefined) return;
          const run = handler(job.data, AbortSignal.any([stopping.signal, job.signal])).catch((error: unknown) => {
            log.warn('job_entry_failed', { job_id: job.data.job_id, cause: describeError(error) });
            // What is thrown is kept beside the entry, where no account has a wall, and errors quote values.
            throw new Error('The work did not end. The log says why.');
          });
          running.add(run);
          await run.finally(() => running.delete(run));
        },
      );
    },
    stop: async (timeoutMs) => {
      stopping.abort();
      await Promise.race([
        Promise.allSettled(running),
        new Promise((resolve) => setTimeout(resolve, timeoutMs).unref()),
      ]);
      await boss.stop({ graceful: true, timeout: Math.max(1_000, timeoutMs), close: true });
    },
  };
}
