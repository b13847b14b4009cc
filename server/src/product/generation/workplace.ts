import type { Transaction } from '../../platform/database/database.ts';
import type { CampaignRow } from '../campaigns/campaign.ts';
import { campaignFailures } from '../campaigns/errors.ts';
import { lockCampaignForJob } from '../campaigns/lock-campaign.ts';
import { type LoadedField, loadFields } from '../fields/load-fields.ts';
import type { JobRow } from '../jobs/job.ts';
import { loseOpenCalls } from '../model-calls/book-calls.ts';
import type { Services } from '../services.ts';
import { type Writer, type WrittenMessage, writerFailures } from '../writing/writer.ts';

/** What one start of a writing job works with. */
export type Workplace = { campaign: CampaignRow; fields: LoadedField[]; writer: Writer };

/** Opens it, and gives up model calls that an earlier start left open: it has died, or was taken for dead. */
export async function openWorkplace(services: Services, tx: Transaction, job: JobRow): Promise<Workplace> {
  const campaign = await lockCampaignForJob(tx, job.account_id, job.subject.campaign_id ?? '');
  if (campaign === undefined) throw campaignFailures.wrong_state({ message: 'The campaign was deleted.' });
  const writer = services.writers.get(campaign.writer);
  if (writer === undefined) throw campaignFailures.unknown_writer();
  await loseOpenCalls(tx, campaign, { jobId: job.job_id, attempt: job.attempt });
  const fields = await loadFields(tx, job.account_id, job.workspace_id);
  return { campaign, fields, writer };
}

/** Throws writer_answered_nonsense where a writer left this variant out. */
export function variantOf(written: readonly WrittenMessage[], variant: number): WrittenMessage {
  const text = written.find((entry) => entry.variant === variant);
  if (text === undefined) throw writerFailures.writer_answered_nonsense();
  return text;
}

export const writtenBy = ({ writer }: Workplace): string => `${writer.name} ${writer.version}`;
