import { campaignFailures } from '../campaigns/errors.ts';
import { lockCampaignForJob } from '../campaigns/lock-campaign.ts';
import { checkWithSample } from '../checks/look-at-members.ts';
import type { JobRun } from '../jobs/job.ts';
import type { MessageInSegment } from '../messages/message.ts';
import { endRewriting, pickMessages, replaceText, rewritesOf } from '../messages/run-messages.ts';
import { holdForTexts } from '../messages/text-fields.ts';
import { useAnswers } from '../model-calls/book-calls.ts';
import type { Services } from '../services.ts';
import { countUsage } from '../usage/count-usage.ts';
import { createJobBook } from './job-book.ts';
import { workAtOnce } from './work-at-once.ts';
import { openWorkplace, variantOf, writtenBy } from './workplace.ts';
import { findingsFor, writeRequestFor } from './write-request.ts';

/** Has the messages of the job written anew: one answer for all chosen variants of a segment and channel. */
export async function rewriteMessages(services: Services, run: JobRun): Promise<Record<string, unknown>> {
  const { job } = run;
  const { place, messages } = await run.step(async ({ tx, progress }) => {
    const opened = await openWorkplace(services, tx, job);
    const todo = await rewritesOf(tx, job.account_id, job.job_id);
    progress(job.progress_total - todo.length, job.progress_total);
    return { place: opened, messages: todo };
  });
  const { campaign, fields, writer } = place;
  const book = createJobBook(services, run, place);
  const units = [...Map.groupBy(messages, (message) => JSON.stringify([message.segment_id, message.channel])).values()];
  let done = 0;

  async function rewriteUnit(unit: MessageInSegment[]) {
    run.throwIfStopped();
    const [first] = unit;
    const channel = campaign.channels.find((entry) => entry.channel === first?.channel);
    if (first === undefined || channel === undefined)
      throw campaignFailures.wrong_state({ message: 'The campaign no longer has this channel.' });
    const request = writeRequestFor(campaign, channel, first, fields, {
      guidance: first.rewrite_guidance,
      seed: `${first.canonical_criteria} ${job.job_id}`,
      replaces: unit.map((entry) => entry.message),
    });
    const answered = await book.write(request, {
      segmentId: first.segment_id,
      channel: channel.channel,
      contextHash: first.context_hash,
    });
    if (answered === null) return { rewritten: [], calls: new Map() };
    const { texts, calls } = answered;
    const rewritten = unit.map((message) => {
      const text = variantOf(texts, message.variant);
      return { message, text, findings: findingsFor(campaign, channel, text, fields) };
    });
    return { rewritten, calls };
  }

  await workAtOnce(units, Math.max(1, writer.concurrency), rewriteUnit, async (ready) => {
    const rewritten = ready.flatMap((entry) => entry.rewritten);
    await run.step(async ({ tx, progress }) => {
      await lockCampaignForJob(tx, job.account_id, campaign.campaign_id);
      const waiting = new Set((await rewritesOf(tx, job.account_id, job.job_id)).map((message) => message.message_id));
      const wanted = rewritten.filter(({ message }) => waiting.has(message.message_id));
      for (const { message, text, findings } of wanted)
        await replaceText(tx, job.account_id, message.message_id, { ...text, findings, written_by: writtenBy(place) });
      await holdForTexts(
        tx,
        campaign,
        rewritten.map((entry) => entry.text),
        fields,
      );
      const ids = wanted.map(({ message }) => message.message_id);
      const fresh = await pickMessages(tx, job.account_id, campaign.campaign_id, ids);
      await checkWithSample(services, tx, campaign, fields, fresh);
      await endRewriting(
        tx,
        job.account_id,
        job.job_id,
        rewritten.map((entry) => entry.message.message_id),
      );
      await useAnswers(tx, job.account_id, new Map(ready.flatMap((entry) => [...entry.calls])));
      progress(job.progress_total - messages.length + done + rewritten.length, job.progress_total);
      await countUsage(services, tx, job.account_id, { written_messages: wanted.length });
    });
    done += rewritten.length;
  });
  return { rewritten: job.progress_total };
}
