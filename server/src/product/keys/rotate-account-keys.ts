import { NO_SUCH_ID } from '../../platform/http/schemas.ts';
import { recordByOperator } from '../audit/record-by-operator.ts';
import { lockProfiles } from '../fields/load-fields.ts';
import { UPLOADS } from '../imports/receive-upload.ts';
import { type JobKind, JobPostponed, type JobRun } from '../jobs/job.ts';
import { mustEnd } from '../jobs/must-end.ts';
import { queueJob } from '../jobs/queue-job.ts';
import { resealFiles } from '../publishing/reseal-files.ts';
import { sweepFiles } from '../publishing/sweep-files.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { isSealedBefore } from '../sealing/sealed-stream.ts';
import type { Services } from '../services.ts';
import { resealed } from './reseal.ts';
import { SEALED_COLUMNS } from './sealed-rows.ts';
import {
  countCustomers,
  customersSealedBefore,
  lockRotation,
  lockSealedBefore,
  newestRotation,
  type RotationRow,
  replaceEnvelopes,
  resealCustomers,
  workspacesOf,
} from './store.ts';

const KEY_ROTATION = 'key_rotation';
const CUSTOMERS_A_STEP = 1_000;
const ROWS_A_STEP = 2_000;
const LONGEST_WAIT_SECONDS = 60;

/**
 * Queues the rotation of an account's key: a job that goes on through kills while everything is served. Gives the job that
 * is under way when there is one, and null for an account without a workspace, which has nothing sealed.
 */
export async function beginRotation(services: Services, accountId: string): Promise<string | null> {
  const keys = await services.keyring.forAccount(accountId);
  const above = Math.max(...keys.versions.map((version) => version.version));
  return services.database.tenant(accountId, async (tx) => {
    const under = await lockRotation(tx, accountId, KEY_ROTATION);
    const [workspaceId] = await workspacesOf(tx, accountId);
    if (under !== null || workspaceId === undefined) return under;
    const jobId = await queueJob(services.queue, tx, {
      accountId,
      workspaceId,
      kind: KEY_ROTATION,
      subject: { above: String(above) },
      createdBy: NO_SUCH_ID,
      total: await countCustomers(tx, accountId),
    });
    await recordByOperator(tx, {
      accountId,
      action: 'keys.rotated',
      objectIds: { job_id: jobId },
    });
    return jobId;
  });
}

/** The account's newest rotation, under way or ended; undefined when there was none. */
export function lastRotation({ database }: Services, accountId: string): Promise<RotationRow | undefined> {
  return database.tenant(accountId, (tx) => newestRotation(tx, accountId, KEY_ROTATION));
}

type Rotation = { services: Services; run: JobRun; keys: AccountKeys; version: number };
type Reached = { workspace: string | null; after: string; done: number };

function reachedBy(cursor: Record<string, unknown> | null): Reached {
  return {
    workspace: typeof cursor?.workspace === 'string' ? cursor.workspace : null,
    after: typeof cursor?.after === 'string' ? cursor.after : NO_SUCH_ID,
    done: Number(cursor?.done ?? 0),
  };
}

/** Gives the worker back until then, rather than keeping it waiting. */
function waitUntil(services: Services, atMs: number): void {
  const leftMs = atMs - services.clock.now().getTime();
  if (leftMs > 0) throw new JobPostponed(Math.min(LONGEST_WAIT_SECONDS, Math.ceil(leftMs / 1_000)));
}

/** One step further through the customers; false behind the last one. */
async function resealSome({ run, keys, version }: Rotation, workspaces: readonly string[]): Promise<boolean> {
  const { account_id: accountId } = run.job;
  return run.step(async ({ tx, cursor, saveCursor, progress }) => {
    const reached = reachedBy(cursor);
    const workspaceId = workspaces.find((id) => reached.workspace === null || id >= reached.workspace);
    if (workspaceId === undefined) return false;
    const after = workspaceId === reached.workspace ? reached.after : NO_SUCH_ID;
    const look = () => customersSealedBefore(tx, accountId, workspaceId, after, version, CUSTOMERS_A_STEP);
    let found = await look();
    if (found.older.length > 0) {
      // Whoever writes profiles holds it: what was read before may be older than what they wrote.
      await lockProfiles(tx, workspaceId);
      found = await look();
      const rows = found.older.map((row) => ({ boundTo: row.customer_id, envelope: row.envelope }));
      const envelopes = resealed(keys, { accountId, workspaceId }, rows);
      await resealCustomers(
        tx,
        accountId,
        rows.map((row, index) => ({ customerId: row.boundTo, envelope: envelopes[index] as Buffer })),
      );
    }
    const done = reached.done + found.older.length;
    // Behind a workspace comes the next one: its id is the first that is greater.
    if (found.last === null) saveCursor({ workspace: `${workspaceId}~`, after: NO_SUCH_ID, done });
    else saveCursor({ workspace: workspaceId, after: found.last, done });
    progress(done, Math.max(run.job.progress_total, done));
    return true;
  });
}

/** Everything that is sealed like a profile, wherever it stands; false when nothing older was left. */
async function resealColumns({ run, keys, version }: Rotation): Promise<boolean> {
  const { account_id: accountId } = run.job;
  let touched = false;
  for (const column of SEALED_COLUMNS)
    for (let more = true; more; ) {
      run.throwIfStopped();
      more = await run.step(async ({ tx }) => {
        const rows = await lockSealedBefore(tx, accountId, column, version, ROWS_A_STEP);
        const byWorkspace = Map.groupBy(rows, (row) => row.workspace_id);
        for (const [workspaceId, ofWorkspace] of byWorkspace) {
          const from = ofWorkspace.map((row) => ({ boundTo: row.bound_to, envelope: row.envelope }));
          const envelopes = resealed(keys, { accountId, workspaceId }, from);
          await replaceEnvelopes(
            tx,
            accountId,
            column,
            ofWorkspace.map((row, index) => ({ place: row.place, envelope: envelopes[index] as Buffer })),
          );
        }
        return rows.length > 0;
      });
      touched ||= more;
    }
  return touched;
}

/** Objects that an older key still opens: uploads that are being read, files of exports under way. */
async function olderObjects({ services, run, version }: Rotation): Promise<number> {
  let older = 0;
  for (const prefix of [UPLOADS, 'published'])
    for (const key of await services.objects.list(`${prefix}/${run.job.account_id}`))
      if (await isSealedBefore(services.objects, key, version)) older += 1;
  return older;
}

/** Reseals whatever an older version sealed. Returns whether there was anything. */
async function resealAll(rotation: Rotation): Promise<boolean> {
  const { services, run, keys, version } = rotation;
  const { account_id: accountId } = run.job;
  const workspaces = await services.database.tenant(accountId, (tx) => workspacesOf(tx, accountId));
  do run.throwIfStopped();
  while (await resealSome(rotation, workspaces));
  const rows = await resealColumns(rotation);
  return (await resealFiles(services, run, keys, version)) > 0 || rows;
}

/**
 * Adds a version, waits until it seals everywhere, seals everything by it, and destroys the older ones when for a while
 * nobody can have used them any more and nothing is left that they open.
 */
async function rotate(services: Services, run: JobRun): Promise<Record<string, unknown>> {
  const { account_id: accountId, subject } = run.job;
  const { keyring } = services;
  const { version, sealsFromMs } = await keyring.addVersion(accountId, Number(subject.above));
  waitUntil(services, sealsFromMs);
  const keys = await keyring.forAccount(accountId);
  const rotation = { services, run, keys, version };
  await resealAll(rotation);
  waitUntil(services, sealsFromMs + keyring.timing.dropsAfterMs);
  await run.step(async ({ cursor, saveCursor }) => saveCursor({ done: reachedBy(cursor).done }));
  // Nothing is destroyed by the word of an earlier look: what was stored late is found by this one.
  while (await resealAll(rotation))
    await run.step(async ({ cursor, saveCursor }) => saveCursor({ done: reachedBy(cursor).done }));
  // What nobody can fetch is not sealed anew, and would be waited for for ever.
  await sweepFiles(services, accountId);
  if ((await olderObjects(rotation)) > 0) throw new JobPostponed(LONGEST_WAIT_SECONDS);
  await keyring.dropVersionsBelow(accountId, version);
  return {
    key_version: version,
    destroyed_below: version,
    customers: await run.step(async ({ cursor }) => reachedBy(cursor).done),
  };
}

export const keyRotationJob: JobKind<Services> = { kind: KEY_ROTATION, refuseCancel: mustEnd, run: rotate };
