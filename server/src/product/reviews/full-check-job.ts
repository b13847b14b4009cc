import type { Transaction } from '../../platform/database/database.ts';
import { recordByJob } from '../audit/record-by-job.ts';
import type { CampaignRow } from '../campaigns/campaign.ts';
import { lockCampaignForJob, requireRun, takeStep } from '../campaigns/lock-campaign.ts';
import { audienceOf, createLook, type Look } from '../checks/look-at-members.ts';
import { noTally, problemsOf, type RenderedProblem, type RenderedTally, sayProblem } from '../checks/rendered.ts';
import { loadFields } from '../fields/load-fields.ts';
import type { JobKind, JobRow, JobRun } from '../jobs/job.ts';
import { mustEnd } from '../jobs/must-end.ts';
import { runMessages, setReview } from '../messages/run-messages.ts';
import type { Services } from '../services.ts';
import { FULL_CHECK } from './full-check.ts';
import { endFullCheck } from './store.ts';

/** Few enough that calls answered by the same process hardly wait. */
const MEMBERS_A_STEP = 2_000;

/** More texts than these are found by the next check, when these are mended. */
const MESSAGES_REJECTED = 1_000;

type Result = {
  customers: number;
  texts: number;
  long_sms: number;
  problems: RenderedProblem[];
  /** True when the content was changed meanwhile, so that there is nothing to say of it. */
  outdated: boolean;
};
type Cursor = { position: number; tally: RenderedTally };

const contentOf = (job: JobRow) => ({
  campaignId: job.subject.campaign_id ?? '',
  runNumber: Number(job.subject.run_number),
  digest: job.subject.digest ?? '',
});

/** The campaign, as long as this very content is what is approved; else there is nothing left to look at. */
async function stillApproved(tx: Transaction, job: JobRow): Promise<CampaignRow | null> {
  const { campaignId, runNumber, digest } = contentOf(job);
  const campaign = await lockCampaignForJob(tx, job.account_id, campaignId);
  if (campaign === undefined || campaign.current_run !== runNumber) return null;
  const run = await requireRun(tx, job.account_id, campaignId, runNumber);
  return run.approval_digest === digest ? campaign : null;
}

async function lookAtAll(services: Services, run: JobRun): Promise<Record<string, unknown>> {
  const { job } = run;
  // Made once for each start: the digest names these very texts, and they are looked at only while it stands.
  let prepared: { look: Look; total: number } | null = null;
  for (;;) {
    run.throwIfStopped();
    const done = await run.step(async ({ tx, cursor, saveCursor, progress }) => {
      const { position, tally } = (cursor as Cursor | null) ?? { position: 0, tally: noTally() };
      const campaign = await stillApproved(tx, job);
      if (campaign === null) return { tally, isOutdated: true };
      prepared ??= await prepare(services, tx, campaign);
      const keys = await services.keyring.forAccount(job.account_id);
      const next = await prepared.look(tx, keys, position, MEMBERS_A_STEP, tally);
      progress(Math.min(tally.customers, prepared.total), prepared.total);
      if (next === null) return { tally, isOutdated: false };
      saveCursor({ position: next, tally });
      return null;
    });
    if (done !== null) return resultOf(done.tally, done.isOutdated);
  }
}

async function prepare(services: Services, tx: Transaction, campaign: CampaignRow) {
  const { account_id: accountId, campaign_id: campaignId } = campaign;
  const fields = await loadFields(tx, accountId, campaign.workspace_id);
  const all = await runMessages(tx, accountId, campaignId, campaign.current_run);
  const messages = all.filter((message) => message.review_status === 'Approved');
  const audience = await audienceOf(services, tx, campaign, fields, messages);
  return {
    look: createLook(audience),
    total: audience.segments.reduce((sum, segment) => sum + segment.size, 0),
  };
}

/** As it stands on the job: counts and ids. */
function resultOf({ customers, texts, longSms, ...found }: RenderedTally, isOutdated: boolean) {
  const problems = problemsOf({ customers, texts, longSms, ...found }).slice(0, MESSAGES_REJECTED);
  return { customers, texts, long_sms: longSms, problems, outdated: isOutdated } satisfies Result;
}

/** Keeps the verdict. Texts that some customers would get too long or empty are rejected, unless they have gone out. */
async function keepVerdict(tx: Transaction, job: JobRow, result: Record<string, unknown>): Promise<void> {
  const { problems, outdated, customers, texts, long_sms: longSms } = result as Result;
  const tally = { customers, texts, longSms };
  if (outdated) {
    await endFullCheck(tx, job.account_id, contentOf(job), 'unfinished', tally, []);
    return;
  }
  const campaign = await stillApproved(tx, job);
  const verdict = problems.length === 0 ? 'passed' : 'failed';
  await endFullCheck(tx, job.account_id, contentOf(job), verdict, tally, problems);
  if (problems.length === 0 || campaign?.status !== 'Ready to publish') return;
  for (const [messageId, found] of Map.groupBy(problems, (problem) => problem.message_id))
    await setReview(tx, job.account_id, [messageId], 'Rejected', noteOf(found));
  await takeStep(tx, campaign, 'review');
  await recordByJob(tx, job, {
    action: 'campaign.full_check_failed',
    // By whoever approved, which is what queued the job.
    objectIds: {
      campaign_id: campaign.campaign_id,
      run_number: campaign.current_run,
      job_id: job.job_id,
      message_ids: [...new Set(problems.map((problem) => problem.message_id))],
    },
  });
}

const noteOf = (problems: readonly RenderedProblem[]) => problems.map(sayProblem).join(' ');

const giveUp = (_services: Services, tx: Transaction, job: JobRow) =>
  endFullCheck(tx, job.account_id, contentOf(job), 'unfinished', noTally(), []);

/** Looks at the texts of all customers of an approved run, and takes it back to review where a text does not hold. */
export const fullCheckJob: JobKind<Services> = {
  kind: FULL_CHECK,
  run: lookAtAll,
  refuseCancel: mustEnd,
  onCompleted: (_services, tx, job, result) => keepVerdict(tx, job, result),
  onFailed: giveUp,
  onCancelled: giveUp,
};
