import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Transaction } from '../../platform/database/database.ts';
import { NO_SUCH_ID } from '../../platform/http/schemas.ts';
import { bytesOfId } from '../../platform/ids/ids.ts';
import { ObjectMissing } from '../../providers/object-storage/object-storage.ts';
import { recordByJob } from '../audit/record-by-job.ts';
import { FILE_ERASURE } from '../customers/queue-aftermath.ts';
import type { JobKind, JobRun } from '../jobs/job.ts';
import { mustEnd } from '../jobs/must-end.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { readSealed, readWhole } from '../sealing/sealed-stream.ts';
import type { Services } from '../services.ts';
import { type FileFacts, measured } from './file-facts.ts';
import { withoutRows } from './file-records.ts';
import type { Manifest } from './manifest.ts';
import { textOf } from './read-file.ts';
import { clearRetired, replacePart, writeManifest } from './replace-object.ts';
import {
  claimErased,
  forgetErased,
  type PublicationHead,
  type PublishedPart,
  rewrittenPublications,
  saveRewritten,
  workspacePartsAfter,
} from './rewrite-store.ts';
import { indexWithout, rowOwner, rowsInIndex, rowsOf } from './row-index.ts';
import { sweepFiles } from './sweep-files.ts';

const CUSTOMERS_AT_ONCE = 100_000;
const PARTS_AT_ONCE = 100;
const OVERTAKEN_PAUSE_MS = 50;

/** The manifest once so many rows were taken out of a part that is now as `facts` say. */
function manifestWithout(
  manifest: Manifest,
  page: number,
  taken: number,
  facts: { rows: number } & FileFacts,
  now: Date,
): Manifest {
  return {
    ...manifest,
    parts: manifest.parts.map((part) =>
      part.page === page ? { ...part, ...facts, erased_rows: (part.erased_rows ?? 0) + taken } : part,
    ),
    rows: manifest.rows - taken,
    erased_rows: (manifest.erased_rows ?? 0) + taken,
    rewritten_at: now.toISOString(),
  };
}

/** Takes the rows of these customers out of one file. Returns how many there were; null when it was overtaken. */
async function rewrite(
  services: Services,
  run: JobRun,
  keys: AccountKeys,
  part: PublishedPart & { rows_key: string },
  owners: ReadonlySet<string>,
): Promise<number | null> {
  const index = await readWhole(services.objects, keys, part.rows_key);
  const rows = rowsOf(index, owners);
  if (rows.size === 0) return 0;
  const left = indexWithout(index, rows);
  const source = textOf(readSealed(services.objects, keys, part.object_key), part);
  const { content, facts } = measured(Readable.from(withoutRows(source, rows)), part.gzip_bytes !== null);
  const save = async (tx: Transaction, head: PublicationHead) => {
    const now = services.clock.now();
    const saved = { rows: rowsInIndex(left), ...facts() };
    await saveRewritten(
      tx,
      keys.accountId,
      part,
      saved,
      manifestWithout(head.manifest, part.page, rows.size, saved, now),
    );
    await recordByJob(tx, run.job, {
      action: 'publication.rewritten',
      objectIds: { publication_id: part.publication_id, page: part.page, rows: rows.size, job_id: run.job.job_id },
    });
  };
  return (await replacePart(services, keys, run.job.job_id, part, { file: content, rows: Readable.from([left]) }, save))
    ? rows.size
    : null;
}

/** Goes through every published file of the workspace. Returns how many rows were taken out. */
async function rewriteAll(
  services: Services,
  run: JobRun,
  keys: AccountKeys,
  owners: ReadonlySet<string>,
): Promise<number> {
  const { account_id: accountId, workspace_id: workspaceId } = run.job;
  const next = (after: { publicationId: string; page: number }, limit: number) =>
    services.database.tenant(accountId, (tx) => workspacePartsAfter(tx, accountId, workspaceId, after, limit));
  let taken = 0;
  let after = { publicationId: NO_SUCH_ID, page: 0 };
  for (let parts = await next(after, PARTS_AT_ONCE); parts.length > 0; parts = await next(after, PARTS_AT_ONCE)) {
    for (const part of parts) {
      run.throwIfStopped();
      for (let now: PublishedPart | undefined = part; now !== undefined && now.rows_key !== null; ) {
        const looked: PublishedPart & { rows_key: string } = { ...now, rows_key: now.rows_key };
        const rows = await rewrite(services, run, keys, looked, owners).catch(ignoreMissing);
        taken += rows ?? 0;
        if (rows !== null) break;
        // Rewritten or replaced by somebody else meanwhile: it is looked at again, as it is now.
        await pause(OVERTAKEN_PAUSE_MS);
        const [again] = await next({ publicationId: part.publication_id, page: part.page - 1 }, 1);
        const isSame = again?.publication_id === part.publication_id && again.page === part.page;
        // Still the same object, and it is not there: the file is lost.
        now = isSame && again.object_key !== looked.object_key ? again : undefined;
      }
      after = { publicationId: part.publication_id, page: part.page };
    }
  }
  return taken;
}

/** An object that is gone: its file was replaced meanwhile, or is lost, which whoever fetches it is told. */
function ignoreMissing(error: unknown): null {
  if (!(error instanceof ObjectMissing)) throw error;
  return null;
}

/**
 * Takes erased customers' rows out of the published files of the workspace. Each file is replaced in one step with its
 * manifest, so whoever fetches gets it whole, as it was or as it is. Begun again, it finds the rows that are left.
 */
export const fileErasureJob: JobKind<Services> = {
  kind: FILE_ERASURE,
  refuseCancel: mustEnd,
  run: async (services, run) => {
    const { account_id: accountId, workspace_id: workspaceId, job_id: jobId } = run.job;
    const keys = await services.keyring.forAccount(accountId);
    await clearRetired(services, accountId, jobId);
    let [customers, taken] = [0, 0];
    for (;;) {
      const ids = await run.step(({ tx }) => claimErased(tx, accountId, workspaceId, jobId, CUSTOMERS_AT_ONCE));
      if (ids.length === 0) return { customers, rows: taken };
      // Also files that nobody can fetch: what a crash has left may have rows of theirs.
      await sweepFiles(services, accountId);
      taken += await rewriteAll(services, run, keys, new Set(ids.map((id) => rowOwner(bytesOfId(id)))));
      // Also those that an earlier start rewrote before it could write them beside the files.
      const rewritten = await services.database.tenant(accountId, (tx) =>
        rewrittenPublications(tx, accountId, workspaceId),
      );
      for (const publicationId of rewritten) await writeManifest(services, keys, publicationId);
      customers += ids.length;
      await run.step(({ tx }) => forgetErased(tx, accountId, ids));
    }
  },
};
