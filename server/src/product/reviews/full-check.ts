import type { Transaction } from '../../platform/database/database.ts';
import type { CampaignRow } from '../campaigns/campaign.ts';
import { audienceOf, createLook, FIRST_MEMBERS, tellingTexts } from '../checks/look-at-members.ts';
import { noTally, problemsOf, type RenderedTally } from '../checks/rendered.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { queueJob } from '../jobs/queue-job.ts';
import { messageFailures } from '../messages/errors.ts';
import type { MessageInSegment } from '../messages/message.ts';
import type { Services } from '../services.ts';
import { beginFullCheck, endFullCheck, findFullCheck, moveFullCheck } from './store.ts';

export const FULL_CHECK = 'full_check';
const SHOWN = 100;

export type FullCheckParts = Pick<Services, 'keyring' | 'queue' | 'clock'>;

const approved = (messages: readonly MessageInSegment[]) =>
  messages.filter((message) => message.review_status === 'Approved');

/** How far the approving call has looked; `position` is null when it has seen everybody. */
export type FirstLook = { tally: RenderedTally; position: number | null };

/**
 * Looks at the texts of the first customers before an approval is given. Throws messages_with_errors when one of them would
 * get a text that is too long or empty, or when this very content was found to be so by a full check before.
 */
export async function lookBeforeApproval(
  parts: FullCheckParts,
  tx: Transaction,
  campaign: CampaignRow,
  fields: readonly LoadedField[],
  messages: readonly MessageInSegment[],
  digest: string,
): Promise<FirstLook> {
  const { account_id: accountId, campaign_id: campaignId, current_run: runNumber } = campaign;
  const tally = noTally();
  const audience = await audienceOf(parts, tx, campaign, fields, approved(messages));
  const known = await findFullCheck(tx, accountId, campaignId, runNumber, digest);
  const keys = await parts.keyring.forAccount(accountId);
  const position =
    audience.messages.length === 0 ? null : await createLook(audience)(tx, keys, 0, FIRST_MEMBERS, tally);
  const problems = [...(known?.status === 'failed' ? known.problems : []), ...problemsOf(tally)];
  if (problems.length > 0)
    throw messageFailures.messages_with_errors({
      details: [...Map.groupBy(problems, (problem) => problem.message_id)]
        .slice(0, SHOWN)
        .map(([message_id, found]) => ({ message_id, codes: [...new Set(found.map(({ code }) => code))] })),
    });
  return { tally, position };
}

/** A rerun whose texts were all taken over is approved by nobody anew: a job looks at its whole group. */
export async function startFullCheckOfRerun(
  parts: FullCheckParts,
  tx: Transaction,
  campaign: CampaignRow,
  of: { digest: string; userId: string; messages: readonly MessageInSegment[]; fields: readonly LoadedField[] },
): Promise<void> {
  const position = tellingTexts(approved(of.messages), of.fields).length === 0 ? null : 0;
  await startFullCheck(parts, tx, campaign, { ...of, first: { tally: noTally(), position } });
}

/** Has the rest of the group looked at by a job, and keeps the verdict for this content. */
export async function startFullCheck(
  parts: Pick<Services, 'queue'>,
  tx: Transaction,
  campaign: CampaignRow,
  of: { digest: string; userId: string; first: FirstLook },
): Promise<void> {
  const { account_id: accountId, campaign_id: campaignId, current_run: runNumber } = campaign;
  await beginFullCheck(tx, accountId, { campaignId, runNumber, digest: of.digest });
  if (of.first.position === null) {
    await endFullCheck(tx, accountId, { campaignId, runNumber, digest: of.digest }, 'passed', of.first.tally, []);
    return;
  }
  await queueJob(parts.queue, tx, {
    accountId,
    workspaceId: campaign.workspace_id,
    kind: FULL_CHECK,
    subject: { campaign_id: campaignId, run_number: String(runNumber), digest: of.digest },
    createdBy: of.userId,
  });
}

/**
 * Texts were taken out of a content that was looked at: what was found of the whole stands for the rest. A look that is
 * still under way begins anew, as it looks at one content only.
 */
export async function carryFullCheck(
  parts: Pick<Services, 'queue'>,
  tx: Transaction,
  campaign: CampaignRow,
  of: { from: string; to: string; userId: string },
): Promise<void> {
  const { account_id: accountId, campaign_id: campaignId, current_run: runNumber } = campaign;
  const found = await findFullCheck(tx, accountId, campaignId, runNumber, of.from);
  if (found?.status === 'running')
    await startFullCheck(parts, tx, campaign, {
      digest: of.to,
      userId: of.userId,
      first: { tally: noTally(), position: 0 },
    });
  else await moveFullCheck(tx, accountId, { campaignId, runNumber, digest: of.from }, of.to);
}
