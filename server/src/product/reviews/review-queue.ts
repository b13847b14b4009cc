import type { MessageInSegment, ReviewStatus } from '../messages/message.ts';
import { comparableText } from './comparable-text.ts';
import { groupNearIdentical } from './near-identical.ts';

/** As many ids as one call can decide. */
export const MAX_CLUSTER_MESSAGES = 10_000;

export type Novelty = 'new' | 'changed' | 'same';
export type QueuedMessage = { message: MessageInSegment; previous: MessageInSegment | null; novelty: Novelty };

/** Near-identical messages, the one with the largest audience first. */
export type Cluster = {
  members: QueuedMessage[];
  customers: number;
  risk: 'error' | 'warning' | 'none';
  statuses: Record<ReviewStatus, number>;
  novelty: Record<Novelty, number>;
  reused: number;
};

const byText = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0);
const placeOf = (message: MessageInSegment) =>
  JSON.stringify([message.canonical_criteria, message.channel, message.variant]);

/** What the previous run published in the same place, and whether it said the same. */
function compared(message: MessageInSegment, published: ReadonlyMap<string, MessageInSegment>): QueuedMessage {
  const previous = published.get(placeOf(message)) ?? null;
  if (previous === null) return { message, previous, novelty: 'new' };
  const isSame =
    previous.subject === message.subject &&
    previous.preheader === message.preheader &&
    previous.message === message.message;
  return { message, previous, novelty: isSame ? 'same' : 'changed' };
}

function clusterOf(members: QueuedMessage[]): Cluster {
  const statuses = { Pending: 0, Approved: 0, Rejected: 0, Excluded: 0 };
  const novelty = { new: 0, changed: 0, same: 0 };
  const segments = new Map<string, number>();
  for (const { message, novelty: kind } of members) {
    statuses[message.review_status] += 1;
    novelty[kind] += 1;
    segments.set(message.segment_id, message.size);
  }
  const severities = new Set(members.flatMap(({ message }) => message.findings.map((finding) => finding.severity)));
  return {
    members,
    customers: [...segments.values()].reduce((sum, size) => sum + size, 0),
    risk: severities.has('error') ? 'error' : severities.has('warning') ? 'warning' : 'none',
    statuses,
    novelty,
    reused: members.filter(({ message }) => message.reused_from !== null).length,
  };
}

const RISKS = { error: 0, warning: 1, none: 2 };

/**
 * Where a cluster stands in the queue, smaller first: errors, warnings, the audience's order of magnitude, what no
 * earlier run has said before what one has, what was taken over last; the audience again, to the customer.
 */
function rankOf(cluster: Cluster): number[] {
  return [
    RISKS[cluster.risk],
    -Math.floor(Math.log10(Math.max(1, cluster.customers))),
    cluster.novelty.new > 0 ? 0 : cluster.novelty.changed > 0 ? 1 : 2,
    cluster.reused === cluster.members.length ? 1 : 0,
    -cluster.customers,
  ];
}

function byRank(left: { rank: number[]; id: string }, right: { rank: number[]; id: string }): number {
  for (const [index, value] of left.rank.entries()) {
    const difference = value - (right.rank[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return byText(left.id, right.id);
}

/**
 * The run's messages as a reviewer meets them: near-identical ones together, the riskiest first. `previous` are the
 * messages of the run before. The same messages give the same queue, whoever asks and whatever has been decided.
 */
export function reviewQueue(messages: readonly MessageInSegment[], previous: readonly MessageInSegment[]): Cluster[] {
  const published = new Map(
    previous
      .filter((message) => message.approval_stage === 'Published' && message.review_status === 'Approved')
      .map((message) => [placeOf(message), message]),
  );
  const ordered = messages.toSorted(
    (left, right) =>
      right.size - left.size ||
      byText(left.canonical_criteria, right.canonical_criteria) ||
      byText(left.channel, right.channel) ||
      left.variant - right.variant,
  );
  const queued = ordered.map((message) => compared(message, published));
  const groups = groupNearIdentical(ordered.map(comparableText), MAX_CLUSTER_MESSAGES);
  return groups
    .map((indexes) => clusterOf(indexes.flatMap((index) => queued[index] ?? [])))
    .map((cluster) => ({ cluster, rank: rankOf(cluster), id: cluster.members[0]?.message.message_id ?? '' }))
    .sort(byRank)
    .map(({ cluster }) => cluster);
}
