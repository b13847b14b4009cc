import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from './config.ts';
import { type Overrides, openServices } from './open-services.ts';
import { EmbeddedDatabaseFailed } from './platform/database/embedded/errors.ts';
import { MigrationsPending } from './platform/database/migrate.ts';
import { deleteOldAnswers } from './platform/http/kept-answers-store.ts';
import { describeError } from './platform/log/log.ts';
import { createTrailKeeper } from './product/audit/keep-trail.ts';
import { createErasureKeeper, eraseAgain } from './product/customers/keep-erasures.ts';
import { forgetOldFailedRows } from './product/imports/old-failed-rows.ts';
import { sweepAllUploads } from './product/imports/sweep-uploads.ts';
import { jobKinds } from './product/job-kinds.ts';
import { createJobRunner } from './product/jobs/runner.ts';
import { sweepAllFiles } from './product/publishing/sweep-files.ts';
import type { Services } from './product/services.ts';
import { forgetOldAttempts } from './product/sign-in-attempts/count-attempt.ts';

const SWEEP_MS = 30_000;
const UPLOADS_SWEEP_MS = 60 * 60_000;
const FILES_SWEEP_MS = 60 * 60_000;
const ANSWERS_SWEEP_MS = 15 * 60_000;
const FAILED_ROWS_SWEEP_MS = 60 * 60_000;
const ATTEMPTS_SWEEP_MS = 60 * 60_000;
const WAIT_FOR_SERVER_MS = 60_000;
const STOP_MS = 6_000;

/** Works off jobs, so many at once (0: none), and looks now and then after what crashes left behind. */
export async function beginWork(services: Services, jobsAtOnce: number): Promise<{ end(): void }> {
  const { database, queue, log } = services;
  const runner = createJobRunner({ services, database, queue, kinds: jobKinds, log });
  if (jobsAtOnce > 0) await queue.work(runner.run, jobsAtOnce);
  const every = (ms: number, of: string, work: () => Promise<unknown>) => {
    let isAtWork = false;
    return setInterval(async () => {
      if (isAtWork) return;
      isAtWork = true;
      await work().catch((error) => log.warn('sweep_failed', { of, ...describeError(error) }));
      isAtWork = false;
    }, ms);
  };
  const sweeps = [
    every(SWEEP_MS, 'jobs', () => runner.sweep()),
    every(UPLOADS_SWEEP_MS, 'uploads', () => sweepAllUploads(services)),
    every(FILES_SWEEP_MS, 'published files', () => sweepAllFiles(services)),
    every(ANSWERS_SWEEP_MS, 'kept answers', () => database.acrossAccounts(deleteOldAnswers)),
    every(FAILED_ROWS_SWEEP_MS, 'failed rows', () => forgetOldFailedRows(services)),
    every(ATTEMPTS_SWEEP_MS, 'sign-in attempts', () => forgetOldAttempts(database)),
  ];
  return { end: () => sweeps.forEach(clearInterval) };
}

export type WorkerProcess = { services: Services; stop(): Promise<void> };

/**
 * A process that works off jobs and answers no calls. It uses the database of the server on the same data folder, and
 * waits a minute for it to be up, and to have brought the database up to this version; it never starts one, because the
 * server would then be refused its own folder. Throws EmbeddedDatabaseFailed when no server is there, and MigrationsPending
 * while one of an older version may be.
 */
export async function startWorker(config: Config, overrides: Overrides = {}): Promise<WorkerProcess> {
  const { services, close } = await whenUp(() => openServices(config, { ...overrides, database: 'of the server' }));
  try {
    // Not left to the server: this one may be the first to work off what waits in a restored database.
    await eraseAgain(services);
  } catch (error) {
    await close();
    throw error;
  }
  const work = await beginWork(services, config.jobsAtOnce);
  // The server may be down for long: what is erased and told here must not wait for it.
  const trail = createTrailKeeper(services);
  const erasures = createErasureKeeper(services);
  services.log.info('worker_ready', { jobs_at_once: config.jobsAtOnce });
  return {
    services,
    stop: async () => {
      work.end();
      await services.queue.stop(STOP_MS);
      await trail.stop();
      await erasures.stop();
      await close();
    },
  };
}

async function whenUp<T>(open: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + WAIT_FOR_SERVER_MS;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      const notYet =
        error instanceof EmbeddedDatabaseFailed ||
        // The server of this version brings it up to date.
        error instanceof MigrationsPending ||
        ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', '57P03'].includes(code);
      if (!notYet || performance.now() > deadline) throw error;
    }
    await sleep(500);
  }
}
