import type { Transaction } from '../../platform/database/database.ts';
import {
  claimEmptied,
  deleteEmptied,
  deleteIdlePeople,
  type EmptiedBatch,
  emptiedAt,
  insertPeople,
  nextEmptied,
  segmentsOfCustomer,
} from './segment-people-store.ts';

export type { EmptiedBatch };

/**
 * Keeps who the people of segments are, beside those that are known already: when the last of a segment's is erased, what
 * tells of them is removed. The caller has locked the workspace's profiles, so that nobody is erased meanwhile.
 */
export async function recordPeople(
  tx: Transaction,
  place: { accountId: string; workspaceId: string; campaignId: string },
  peopleBySegment: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const people = [...peopleBySegment].flatMap(([segment_id, customerIds]) =>
    customerIds.map((customer_id) => ({ segment_id, customer_id })),
  );
  if (people.length > 0) await insertPeople(tx, place, people);
}

/** The segments of few people in which this customer was counted. */
export function segmentsOfPerson(
  tx: Transaction,
  accountId: string,
  customerId: string,
): Promise<{ campaign_id: string; segment_id: string }[]> {
  return segmentsOfCustomer(tx, accountId, customerId);
}

/** Segments of the campaign were replaced: the people of those that left no trace are forgotten. */
export async function forgetPeople(tx: Transaction, accountId: string, campaignId: string): Promise<void> {
  await deleteIdlePeople(tx, accountId, campaignId);
}

/** Gives a job the workspace's segments that have nobody left, but for those that another job works on. */
export async function takeEmptied(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  jobId: string,
): Promise<void> {
  await claimEmptied(tx, accountId, workspaceId, jobId);
}

/** Up to so many of the job's segments, all of the next campaign behind one; null when none is left. */
export function emptiedOf(
  tx: Transaction,
  accountId: string,
  jobId: string,
  afterCampaign: string,
  limit: number,
): Promise<EmptiedBatch | null> {
  return nextEmptied(tx, accountId, jobId, afterCampaign, limit);
}

/** Since when everybody of the segment is erased and it is not decided yet what becomes of what tells of them. */
export function awaitsErasureSince(tx: Transaction, accountId: string, segmentId: string): Promise<Date | undefined> {
  return emptiedAt(tx, accountId, segmentId);
}

/** The job is done with these, unless somebody was erased meanwhile who had come into one of them. */
export async function forgetEmptied(
  tx: Transaction,
  accountId: string,
  jobId: string,
  segmentIds: readonly string[],
): Promise<void> {
  await deleteEmptied(tx, accountId, jobId, segmentIds);
}
