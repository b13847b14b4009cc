import type { Clock } from '../../platform/clock/clock.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { Failure } from '../../platform/errors/failure.ts';
import { idFromBytes } from '../../platform/ids/ids.ts';
import type { CampaignRow, SegmentRow } from '../campaigns/campaign.ts';
import { segmentsOf } from '../campaigns/lock-campaign.ts';
import { eachMember } from '../customers/copied-members.ts';
import { copiedMembersAfter } from '../customers/read-group.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import type { MessageInSegment } from '../messages/message.ts';
import { addFindings } from '../messages/run-messages.ts';
import { fieldsInTexts } from '../messages/text-fields.ts';
import type { AccountKeyring, AccountKeys } from '../sealing/account-keys.ts';
import { openProfiles } from '../sealing/profile-envelope.ts';
import { createProfileReader } from '../sealing/profile-reader.ts';
import { compileEligibility } from '../segments/eligibility.ts';
import { readSegmentBy } from '../segments/segment-by.ts';
import { createAssigner } from '../segments/segmentation.ts';
import { createSuppressionReader } from '../suppressions/find-suppressed.ts';
import { error as errorFinding, type Finding } from './finding.ts';
import {
  createRenderedCheck,
  noTally,
  problemsOf,
  type RenderedProblem,
  type RenderedTally,
  sayProblem,
} from './rendered.ts';

/** So many members are looked at within a call or a step: all of a small group. */
export const FIRST_MEMBERS = 2_000;
/** So many of a segment tell enough when one of its texts is saved; all are looked at when it is approved. */
const SAMPLE_OF_SEGMENT = 50;
/** A segment that is met later than that is left to the full check. */
const SAMPLED_AT_MOST = 20_000;

/** Who would get which texts of a campaign. */
export type Audience = {
  campaign: CampaignRow;
  fields: readonly LoadedField[];
  segments: readonly SegmentRow[];
  messages: readonly MessageInSegment[];
  todayYear: number;
};

/** The texts that say something else to each customer; what the others say is checked as it stands. */
export function tellingTexts(
  messages: readonly MessageInSegment[],
  fields: readonly LoadedField[],
): MessageInSegment[] {
  return messages.filter(
    ({ message }) => fieldsInTexts([{ subject: null, preheader: null, message }], fields).length > 0,
  );
}

/** The campaign's group of today with those of these texts that have merge tags. */
export async function audienceOf(
  parts: { clock: Clock },
  tx: Transaction,
  campaign: CampaignRow,
  fields: readonly LoadedField[],
  messages: readonly MessageInSegment[],
): Promise<Audience> {
  const segments = await segmentsOf(tx, campaign.account_id, campaign.campaign_id, campaign.current_run);
  const todayYear = parts.clock.now().getUTCFullYear();
  return { campaign, fields, segments, messages: tellingTexts(messages, fields), todayYear };
}

/** What the values of some members of each segment make of these texts, by message. */
export async function findWithSample(
  parts: { clock: Clock; keyring: AccountKeyring },
  tx: Transaction,
  campaign: CampaignRow,
  fields: readonly LoadedField[],
  messages: readonly MessageInSegment[],
): Promise<Map<string, Finding[]>> {
  const audience = await audienceOf(parts, tx, campaign, fields, messages);
  if (audience.messages.length === 0) return new Map();
  const look = lookIfPossible(audience);
  if (look === null) return new Map();
  const tally = noTally();
  await lookAtSample(look, tx, await parts.keyring.forAccount(campaign.account_id), audience, tally);
  const byMessage = Map.groupBy(problemsOf(tally), (problem) => problem.message_id);
  return new Map([...byMessage].map(([messageId, problems]) => [messageId, problems.map(renderedFinding)]));
}

/** Looks at the first members, and goes on until some of each segment whose texts these are were met, or so many looked at. */
async function lookAtSample(
  look: Look,
  tx: Transaction,
  keys: AccountKeys,
  { messages }: Audience,
  tally: RenderedTally,
): Promise<void> {
  const met = new Map(messages.map((message) => [message.canonical_criteria, 0]));
  let position: number | null = 0;
  for (let looked = 0; looked < SAMPLED_AT_MOST && position !== null; looked += FIRST_MEMBERS) {
    position = await look(tx, keys, position, FIRST_MEMBERS, tally, (criteria) => {
      const count = met.get(criteria);
      if (count !== undefined) met.set(criteria, count + 1);
    });
    if ([...met.values()].every((count) => count >= SAMPLE_OF_SEGMENT)) return;
  }
}

/** Null where a field that the segments need has gone or become sensitive: publishing says so. */
function lookIfPossible(audience: Audience): Look | null {
  try {
    return createLook(audience);
  } catch (error) {
    if (error instanceof Failure && error.status === 400) return null;
    throw error;
  }
}

const renderedFinding = (problem: RenderedProblem): Finding =>
  errorFinding(problem.code, sayProblem(problem), {
    fix: 'Shorten it, cut the value with "truncate", or add a fallback.',
  });

/**
 * Notes on texts that were just saved what the values of some customers of their segment make of them. Part of saving them: what it
 * finds stands among their findings.
 */
export async function checkWithSample(
  parts: { clock: Clock; keyring: AccountKeyring },
  tx: Transaction,
  campaign: CampaignRow,
  fields: readonly LoadedField[],
  messages: readonly MessageInSegment[],
): Promise<void> {
  for (const [messageId, findings] of await findWithSample(parts, tx, campaign, fields, messages))
    await addFindings(tx, campaign.account_id, messageId, findings);
}

export type Look = (
  tx: Transaction,
  keys: AccountKeys,
  from: number,
  limit: number,
  tally: RenderedTally,
  /** Told the segment of each member that was looked at. */
  onLooked?: (criteria: string) => void,
) => Promise<number | null>;

/**
 * Compiles what looking at members takes. A look adds the next members of the campaign's group, in joining order, to the
 * tally, as far as they would get a text: eligible, not suppressed, and of a segment. It gives the position to go on from,
 * null at the group's end. Throws the segment failures when a field that the campaign needs is gone.
 */
export function createLook({ campaign, fields, segments, messages, todayYear }: Audience): Look {
  const { account_id: accountId, workspace_id: workspaceId } = campaign;
  const { isEligible } = compileEligibility(campaign.eligible_when, fields, todayYear);
  const assign = createAssigner(
    readSegmentBy(campaign.segment_by, fields),
    new Set(segments.map((segment) => segment.canonical_criteria)),
  );
  const check = createRenderedCheck(messages, campaign.channels, fields);
  const profile = createProfileReader();
  return async (tx, keys, from, limit, tally, onLooked) => {
    const members: { customerId: Uint8Array; envelope: Buffer }[] = [];
    let last: number | null = null;
    const copied = await copiedMembersAfter(tx, accountId, campaign.customer_group_id, from, limit);
    eachMember(copied, (position, customerId, envelope) => {
      last = position;
      members.push({ customerId, envelope });
    });
    const suppressed = await suppressedAmong(tx, accountId, workspaceId, members);
    // Opened together: what stands in the order in which it was sealed costs one call of the cipher.
    openProfiles(keys, { accountId, workspaceId }, members, (plaintext, member) => {
      if (suppressed.has(member)) return;
      profile.read(plaintext);
      const criteria = assign(profile.valueOf);
      if (criteria === null || !isEligible(profile.valueOf)) return;
      check.look(criteria, profile.valueOf, tally);
      onLooked?.(criteria);
    });
    return members.length < limit ? null : last;
  };
}

/** Those of the members that must not get messages. */
async function suppressedAmong<Member extends { customerId: Uint8Array }>(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  members: readonly Member[],
): Promise<ReadonlySet<Member>> {
  const among = await createSuppressionReader(tx, accountId, workspaceId);
  if (among === null) return new Set();
  const byId = new Map(members.map((member) => [idFromBytes(member.customerId), member]));
  const found = await among([...byId.keys()]);
  return new Set([...found].flatMap((id) => byId.get(id) ?? []));
}
