import type { Transaction } from '../../platform/database/database.ts';
import type { Failure } from '../../platform/errors/failure.ts';
import type { CampaignRow, Channel, SegmentRow } from '../campaigns/campaign.ts';
import { campaignFailures } from '../campaigns/errors.ts';
import {
  lockCampaignForJob,
  requireRun,
  saveRun,
  segmentsOf,
  setActiveJob,
  takeStep,
} from '../campaigns/lock-campaign.ts';
import { type LoadedField, loadFields } from '../fields/load-fields.ts';
import type { JobKind, JobRow, JobRun } from '../jobs/job.ts';
import { contextHash, type MessageInSegment } from '../messages/message.ts';
import {
  endRewriting,
  replaceText,
  rewritesOf,
  runMessages,
  saveWritten,
  type WrittenText,
} from '../messages/run-messages.ts';
import { holdForTexts, renewTextHolds } from '../messages/text-fields.ts';
import type { Services } from '../services.ts';
import { countUsage } from '../usage/count-usage.ts';
import { type Writer, type WrittenMessage, writerFailures } from '../writing/writer.ts';
import { findingsFor, writeRequestFor } from './write-request.ts';

export const CAMPAIGN_GENERATION = 'campaign_generation';
export const MESSAGE_REWRITING = 'message_rewriting';

/** Texts of fast writers are saved together, so that a transaction is not paid for each. */
const SAVED_AT_ONCE = 50;

type Workplace = { campaign: CampaignRow; fields: LoadedField[]; writer: Writer };

async function openWorkplace(services: Services, tx: Transaction, job: JobRow): Promise<Workplace> {
  const campaign = await lockCampaignForJob(tx, job.account_id, job.subject.campaign_id ?? '');
  if (campaign === undefined) throw campaignFailures.wrong_state({ message: 'The campaign was deleted.' });
  const writer = services.writers.get(campaign.writer);
  if (writer === undefined) throw campaignFailures.unknown_writer();
  return { campaign, fields: await loadFields(tx, job.account_id, job.workspace_id), writer };
}

function variantOf(written: readonly WrittenMessage[], variant: number): WrittenMessage {
  const text = written.find((entry) => entry.variant === variant);
  if (text === undefined) throw writerFailures.writer_answered_nonsense();
  return text;
}

type Unit = { segment: SegmentRow; channel: Channel };

/** One text for each missing variant. Throws writer_answered_nonsense for an answer that leaves one out. */
function textsOf(
  place: Workplace,
  unit: Unit,
  written: readonly WrittenMessage[],
  missing: ReadonlySet<number>,
): WrittenText[] {
  const { campaign, fields, writer } = place;
  return [...missing]
    .map((variant) => variantOf(written, variant))
    .map((text) => ({
      run_number: campaign.current_run,
      segment_id: unit.segment.segment_id,
      channel: unit.channel.channel,
      variant: text.variant,
      subject: text.subject,
      message: text.message,
      preheader: text.preheader,
      technique: text.technique,
      findings: findingsFor(campaign, unit.channel, text, fields),
      context_hash: contextHash(campaign.brief, unit.channel, unit.segment.canonical_criteria),
      written_by: `${writer.name} ${writer.version}`,
    }));
}

async function writeMissing(services: Services, run: JobRun): Promise<Record<string, unknown>> {
  const { job } = run;
  const { place, units, existing } = await run.step(async ({ tx, progress }) => {
    const opened = await openWorkplace(services, tx, job);
    const { campaign } = opened;
    const segments = await segmentsOf(tx, job.account_id, campaign.campaign_id, campaign.current_run);
    const there = await runMessages(tx, job.account_id, campaign.campaign_id, campaign.current_run);
    const known = Map.groupBy(there, (message) => `${message.segment_id} ${message.channel}`);
    const todo = segments.flatMap((segment) =>
      campaign.channels.map((channel) => {
        const have = new Set(
          (known.get(`${segment.segment_id} ${channel.channel}`) ?? []).map((message) => message.variant),
        );
        return {
          segment,
          channel,
          missing: new Set(
            Array.from({ length: campaign.variants }, (_, index) => index + 1).filter((variant) => !have.has(variant)),
          ),
        };
      }),
    );
    progress(there.length, segments.length * campaign.channels.length * campaign.variants);
    return { place: opened, units: todo.filter((unit) => unit.missing.size > 0), existing: there.length };
  });
  const total = existing + units.reduce((sum, unit) => sum + unit.missing.size, 0);
  const atOnce = place.writer.concurrency > 1 ? place.writer.concurrency : SAVED_AT_ONCE;
  let written = 0;
  for (let at = 0; at < units.length; at += atOnce) {
    run.throwIfStopped();
    const batch = units.slice(at, at + atOnce);
    const texts = await Promise.all(
      batch.map(async (unit) =>
        textsOf(
          place,
          unit,
          await place.writer.write(
            writeRequestFor(place.campaign, unit.channel, unit.segment, place.fields, null),
            run.signal,
          ),
          unit.missing,
        ),
      ),
    );
    written = await run.step(async ({ tx, progress }) => {
      const fresh = await saveWritten(tx, job.account_id, place.campaign.campaign_id, texts.flat());
      const saved = written + fresh;
      progress(existing + saved, total);
      await countUsage(services, tx, job.account_id, { written_messages: fresh });
      return saved;
    });
  }
  return { messages: total, written };
}

/** Ends the writing of the job's campaign, if it is still the one that runs. */
async function endWriting(
  services: Services,
  tx: Transaction,
  job: JobRow,
  step: 'finish_generation' | 'fail_generation',
  reason: string | null,
): Promise<void> {
  const campaign = await lockCampaignForJob(tx, job.account_id, job.subject.campaign_id ?? '');
  if (campaign === undefined || campaign.active_job_id !== job.job_id) return;
  const messages = await runMessages(tx, job.account_id, campaign.campaign_id, campaign.current_run);
  await renewTextHolds(tx, campaign, messages, await loadFields(tx, job.account_id, campaign.workspace_id));
  const run = await requireRun(tx, job.account_id, campaign.campaign_id, campaign.current_run);
  await saveRun(tx, job.account_id, {
    ...run,
    generated_count: messages.filter((message) => message.reused_from === null).length,
    reused_count: messages.filter((message) => message.reused_from !== null).length,
  });
  await takeStep(tx, campaign, step, { active_job_id: null, failure_reason: reason });
  services.log.info('writing_ended', { campaign_id: campaign.campaign_id, job_id: job.job_id, step });
}

/** Writes every text that the current run lacks, and ends in "Ready for review" or "Failed". */
export const campaignGenerationJob: JobKind<Services> = {
  kind: CAMPAIGN_GENERATION,
  run: writeMissing,
  onCompleted: (services, tx, job) => endWriting(services, tx, job, 'finish_generation', null),
  onFailed: (services, tx, job, failure: Failure) => endWriting(services, tx, job, 'fail_generation', failure.message),
  onCancelled: (services, tx, job) =>
    endWriting(
      services,
      tx,
      job,
      'fail_generation',
      'Cancelled. What was written by then is kept; generate again to go on.',
    ),
};

async function rewrite(services: Services, run: JobRun): Promise<Record<string, unknown>> {
  const { job } = run;
  const { place, messages } = await run.step(async ({ tx, progress }) => {
    const opened = await openWorkplace(services, tx, job);
    const todo = await rewritesOf(tx, job.account_id, job.job_id);
    progress(job.progress_total - todo.length, job.progress_total);
    return { place: opened, messages: todo };
  });
  const { campaign, fields, writer } = place;
  const rewriteOne = async (message: MessageInSegment) => {
    const channel = campaign.channels.find((entry) => entry.channel === message.channel);
    if (channel === undefined)
      throw campaignFailures.wrong_state({ message: 'The campaign no longer has this channel.' });
    const request = writeRequestFor(campaign, channel, message, fields, {
      guidance: message.rewrite_guidance,
      seed: `${message.canonical_criteria} ${job.job_id}`,
    });
    const texts = await writer.write(request, run.signal);
    const text = variantOf(texts, message.variant);
    return { message, text, findings: findingsFor(campaign, channel, text, fields) };
  };
  const atOnce = Math.max(1, writer.concurrency);
  for (let at = 0; at < messages.length; at += atOnce) {
    run.throwIfStopped();
    const rewritten = await Promise.all(messages.slice(at, at + atOnce).map(rewriteOne));
    await run.step(async ({ tx, progress }) => {
      await lockCampaignForJob(tx, job.account_id, campaign.campaign_id);
      const waiting = new Set((await rewritesOf(tx, job.account_id, job.job_id)).map((message) => message.message_id));
      const done = rewritten.filter(({ message }) => waiting.has(message.message_id)).length;
      for (const { message, text, findings } of rewritten) {
        if (waiting.has(message.message_id))
          await replaceText(tx, job.account_id, message.message_id, {
            ...text,
            findings,
            written_by: `${writer.name} ${writer.version}`,
          });
      }
      await holdForTexts(
        tx,
        campaign,
        rewritten.map((entry) => entry.text),
        fields,
      );
      await endRewriting(
        tx,
        job.account_id,
        job.job_id,
        rewritten.map((entry) => entry.message.message_id),
      );
      progress(job.progress_total - messages.length + at + rewritten.length, job.progress_total);
      await countUsage(services, tx, job.account_id, { written_messages: done });
    });
  }
  return { rewritten: job.progress_total };
}

async function endRewritingJob(tx: Transaction, job: JobRow): Promise<void> {
  const campaign = await lockCampaignForJob(tx, job.account_id, job.subject.campaign_id ?? '');
  await endRewriting(tx, job.account_id, job.job_id, null);
  if (campaign?.active_job_id === job.job_id) await setActiveJob(tx, campaign, null);
}

/** Has chosen messages written anew; they are Pending again afterwards. */
export const messageRewritingJob: JobKind<Services> = {
  kind: MESSAGE_REWRITING,
  run: rewrite,
  onCompleted: (_services, tx, job) => endRewritingJob(tx, job),
  onFailed: (_services, tx, job) => endRewritingJob(tx, job),
  onCancelled: (_services, tx, job) => endRewritingJob(tx, job),
};
