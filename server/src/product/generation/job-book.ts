import { Failure } from '../../platform/errors/failure.ts';
import type { ChannelName } from '../campaigns/campaign.ts';
import { campaignFailures } from '../campaigns/errors.ts';
import { keepSegment, lockCampaignForJob } from '../campaigns/lock-campaign.ts';
import { awaitsErasureSince } from '../customers/segment-people.ts';
import { loadFields } from '../fields/load-fields.ts';
import type { JobRun } from '../jobs/job.ts';
import { type CallPurpose, closeCall, findAnswer, openCall, useAnswers } from '../model-calls/book-calls.ts';
import type { Outcome } from '../model-calls/model-call.ts';
import { readSegmentBy } from '../segments/segment-by.ts';
import type { Services } from '../services.ts';
import type { CallBook, CallQuestion, WriteRequest, WrittenMessage } from '../writing/writer.ts';
import { waitForErasure } from './wait-for-erasure.ts';
import type { Workplace } from './workplace.ts';

/** Everybody in the segment was erased meanwhile: nothing is to be asked or written about it any more. */
class SegmentGone extends Error {
  override readonly name = 'SegmentGone';
}

/** Texts with the calls they come from, which are to be marked as used in the transaction that saves the texts. */
export type Answered = { texts: WrittenMessage[]; calls: ReadonlyMap<string, Outcome> };

/**
 * The book of one start of a job. A call is opened in a step of the job, so that of two workers only the one that holds
 * the job asks, and nobody asks after a cancellation; it is closed in any case, as an answer is paid for whoever asked.
 */
export function createJobBook(services: Services, run: JobRun, place: Workplace) {
  const { job } = run;
  const inUse = new Set<string>();

  // Asked for each time: writing may last longer than a rotated key is kept.
  const keysNow = () => services.keyring.forAccount(job.account_id);

  function bookFor(purpose: CallPurpose, calls: Map<string, Outcome>): CallBook {
    const questions = new Map<string, CallQuestion>();
    return {
      find: async (question) => {
        const keys = await keysNow();
        const found = await services.database.tenant(job.account_id, (tx) =>
          findAnswer(tx, keys, purpose, question, [...inUse]),
        );
        // Nothing is awaited since it was looked up among those in use, or another unit may have taken it meanwhile.
        if (found === null || inUse.has(found.callId)) return null;
        inUse.add(found.callId);
        return found;
      },
      open: async (question) => {
        const keys = await keysNow();
        const opened = await run.step(async ({ tx }) => {
          const campaign = await lockCampaignForJob(tx, job.account_id, purpose.campaignId);
          if (campaign === undefined) throw campaignFailures.wrong_state({ message: 'The campaign was deleted.' });
          if (!(await keepSegment(tx, job.account_id, purpose.segmentId))) throw new SegmentGone();
          // Whoever erased the last of its people has been answered: no question about them goes out any more.
          const awaitedSince = await awaitsErasureSince(tx, job.account_id, purpose.segmentId);
          if (awaitedSince !== undefined) return { awaitedSince };
          // A field may have been made sensitive since the segments were frozen: its values are no longer to be told.
          readSegmentBy(campaign.segment_by, await loadFields(tx, job.account_id, job.workspace_id));
          return { callId: await openCall(tx, keys, campaign, purpose, question) };
        });
        if ('awaitedSince' in opened) return waitForErasure(services, job, opened.awaitedSince);
        const { callId } = opened;
        questions.set(callId, question);
        inUse.add(callId);
        return callId;
      },
      close: async (callId, end) => {
        const question = questions.get(callId);
        if (question === undefined) throw new Error('A call was closed that this book has not opened.');
        const keys = await keysNow();
        await services.database.tenant(job.account_id, (tx) => closeCall(tx, keys, purpose, callId, end, question));
      },
      judge: (callId, outcome) => {
        calls.set(callId, outcome);
      },
    };
  }

  return {
    /**
     * Has one segment and channel written. What ends in a refusal of the answers uses them up: they are not taken again.
     * Null when the segment is gone.
     */
    write: async (
      request: WriteRequest,
      unit: { segmentId: string; channel: ChannelName; contextHash: string },
    ): Promise<Answered | null> => {
      const calls = new Map<string, Outcome>();
      const purpose: CallPurpose = {
        accountId: job.account_id,
        workspaceId: job.workspace_id,
        campaignId: place.campaign.campaign_id,
        jobId: job.job_id,
        jobAttempt: job.attempt,
        runNumber: place.campaign.current_run,
        writer: place.writer.name,
        ...unit,
      };
      try {
        return { texts: await place.writer.write(request, run.signal, bookFor(purpose, calls)), calls };
      } catch (error) {
        if (error instanceof SegmentGone) return null;
        if (error instanceof Failure && error.code === 'writer_answered_nonsense')
          await services.database.tenant(job.account_id, (tx) => useAnswers(tx, job.account_id, calls));
        throw error;
      }
    },
  };
}
