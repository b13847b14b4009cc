import { isUuid } from '../../platform/ids/ids.ts';
import { accountsInUse } from '../accounts/erase-account.ts';
import type { JobKind } from '../jobs/job.ts';
import { mustEnd } from '../jobs/must-end.ts';
import type { Services } from '../services.ts';
import { runPrefix } from './begin-export.ts';
import { manifestKeyOf } from './replace-object.ts';
import { namedObjects } from './rewrite-store.ts';

type Parts = Pick<Services, 'objects' | 'database'>;

/**
 * Leaves nothing below `prefix` but what can be fetched and what exports under way have made: files that were replaced go,
 * those of exports that ended without files, and what killed workers left. Safe at any time, and to repeat.
 */
async function sweepBelow({ objects, database }: Parts, accountId: string, prefix: string): Promise<void> {
  const runs = Map.groupBy(await objects.list(prefix), (key) => key.split('/').slice(2, 4).join('/'));
  for (const [run, keys] of runs) {
    const [campaignId, runNumber] = run.split('/run-');
    // Not stored by this server.
    if (!isUuid(campaignId) || !Number.isInteger(Number(runNumber))) continue;
    // Read after the look: an export, and whatever takes a file's place, is named before its first object is there.
    const named = await database.tenantSnapshot(accountId, (tx) =>
      namedObjects(tx, accountId, campaignId, Number(runNumber)),
    );
    const kept = new Set([...named.objects, ...named.prefixes.map(manifestKeyOf)]);
    const isKept = (key: string) => kept.has(key) || named.underWay.some((made) => key.startsWith(`${made}/`));
    for (const key of keys) if (!isKept(key)) await objects.delete(key);
  }
}

export const sweepRun = (services: Parts, accountId: string, campaignId: string, runNumber: number) =>
  sweepBelow(services, accountId, runPrefix(accountId, campaignId, runNumber));

export const sweepFiles = (services: Parts, accountId: string) =>
  sweepBelow(services, accountId, `published/${accountId}`);

/** The same for every account: also for those that never publish, erase or rotate again. */
export async function sweepAllFiles(services: Parts): Promise<void> {
  for (const accountId of await accountsInUse(services)) await sweepFiles(services, accountId);
}

export const FILES_REMOVAL = 'published_files_removal';

/** Removes what an export had made that ended without files, as soon as that is committed. */
export const filesRemovalJob: JobKind<Services> = {
  kind: FILES_REMOVAL,
  refuseCancel: mustEnd,
  run: async (services, run) => {
    const { account_id: accountId, subject } = run.job;
    await sweepRun(services, accountId, subject.campaign_id ?? '', Number(subject.run_number));
    return {};
  },
};
