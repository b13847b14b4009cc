import type { Channel, SegmentRow } from '../campaigns/campaign.ts';
import { lockCampaignForJob, segmentsOf } from '../campaigns/lock-campaign.ts';
import { checkWithSample } from '../checks/look-at-members.ts';
import type { JobRun } from '../jobs/job.ts';
import { contextHash } from '../messages/message.ts';
import { runMessages, saveWritten, type WrittenText } from '../messages/run-messages.ts';
import { useAnswers } from '../model-calls/book-calls.ts';
import type { Services } from '../services.ts';
import { countUsage } from '../usage/count-usage.ts';
import type { WrittenMessage } from '../writing/writer.ts';
import { createJobBook } from './job-book.ts';
import { workAtOnce } from './work-at-once.ts';
import { openWorkplace, variantOf, type Workplace, writtenBy } from './workplace.ts';
import { findingsFor, writeRequestFor } from './write-request.ts';

/** Texts of fast writers are saved together, so that a transaction is not paid for each. */
const SAVED_AT_ONCE = 50;

type Unit = { segment: SegmentRow; channel: Channel; missing: ReadonlySet<number> };

const contextOf = ({ campaign }: Workplace, { segment, channel }: Unit) =>
  contextHash(campaign.brief, channel, segment.canonical_criteria);

/** One text for each missing variant. Throws writer_answered_nonsense for an answer that leaves one out. */
function textsOf(place: Workplace, unit: Unit, written: readonly WrittenMessage[]): WrittenText[] {
  return [...unit.missing]
    .map((variant) => variantOf(written, variant))
    .map((text) => ({
      run_number: place.campaign.current_run,
      segment_id: unit.segment.segment_id,
      channel: unit.channel.channel,
      variant: text.variant,
      subject: text.subject,
      message: text.message,
      preheader: text.preheader,
      technique: text.technique,
      findings: findingsFor(place.campaign, unit.channel, text, place.fields),
      context_hash: contextOf(place, unit),
      written_by: writtenBy(place),
    }));
}

/** What the run lacks, by segment and channel, and how many texts it has. */
function lookAround(services: Services, run: JobRun) {
  const { job } = run;
  return run.step(async ({ tx, progress }) => {
    const place = await openWorkplace(services, tx, job);
    const { campaign } = place;
    const segments = await segmentsOf(tx, job.account_id, campaign.campaign_id, campaign.current_run);
    const there = await runMessages(tx, job.account_id, campaign.campaign_id, campaign.current_run);
    const known = Map.groupBy(there, (message) => `${message.segment_id} ${message.channel}`);
    const all = segments.flatMap((segment) =>
      campaign.channels.map((channel): Unit => {
        const have = new Set(
          (known.get(`${segment.segment_id} ${channel.channel}`) ?? []).map((message) => message.variant),
        );
        const variants = Array.from({ length: campaign.variants }, (_, index) => index + 1);
        return { segment, channel, missing: new Set(variants.filter((variant) => !have.has(variant))) };
      }),
    );
    progress(there.length, segments.length * campaign.channels.length * campaign.variants);
    return { place, units: all.filter((unit) => unit.missing.size > 0), existing: there.length };
  });
}

/** Writes every text that the campaign's current run lacks. */
export async function writeMissing(services: Services, run: JobRun): Promise<Record<string, unknown>> {
  const { job } = run;
  const { place, units, existing } = await lookAround(services, run);
  const total = existing + units.reduce((sum, unit) => sum + unit.missing.size, 0);
  const book = createJobBook(services, run, place);
  let written = 0;
  await workAtOnce(
    units,
    place.writer.concurrency > 1 ? place.writer.concurrency : SAVED_AT_ONCE,
    async (unit) => {
      run.throwIfStopped();
      const answered = await book.write(
        writeRequestFor(place.campaign, unit.channel, unit.segment, place.fields, null),
        {
          segmentId: unit.segment.segment_id,
          channel: unit.channel.channel,
          contextHash: contextOf(place, unit),
        },
      );
      return answered === null ? null : { texts: textsOf(place, unit, answered.texts), calls: answered.calls };
    },
    async (ended) => {
      const done = ended.filter((entry) => entry !== null);
      written = await run.step(async ({ tx, progress }) => {
        // Before the segments that the texts are for, as everywhere.
        await lockCampaignForJob(tx, job.account_id, place.campaign.campaign_id);
        const texts = done.flatMap((entry) => entry.texts);
        const fresh = await saveWritten(tx, job.account_id, place.campaign.campaign_id, texts);
        const calls = new Map(done.flatMap((entry) => [...entry.calls]));
        await useAnswers(tx, job.account_id, calls);
        progress(existing + written + fresh, total);
        await countUsage(services, tx, job.account_id, { written_messages: fresh });
        return written + fresh;
      });
    },
  );
  await run.step(async ({ tx }) => {
    const { campaign, fields } = place;
    const messages = await runMessages(tx, job.account_id, campaign.campaign_id, campaign.current_run);
    const fresh = messages.filter((message) => message.review_status === 'Pending');
    await checkWithSample(services, tx, campaign, fields, fresh);
  });
  return { messages: total, written };
}
