import type { Transaction } from '../../platform/database/database.ts';
import type { CopiedMembers } from './copied-members.ts';
import { copyMembersAfter, type MemberRow, membersBetween } from './member-store.ts';

export type { MemberRow } from './member-store.ts';

/**
 * Page `page` (from 1) of a group: the members whose positions lie in ((page-1)*size, page*size]. Positions are never
 * given out twice, so a reader walking the pages meets everyone who stays exactly once; a page may be short after deletions.
 */
export function readGroupPage(
  tx: Transaction,
  accountId: string,
  groupId: string,
  page: number,
  pageSize: number,
): Promise<MemberRow[]> {
  return membersBetween(tx, accountId, groupId, (page - 1) * pageSize, page * pageSize, pageSize);
}

/** At most `limit` members behind this position, in joining order; go on from the last one's position. Start with 0. */
export function membersAfter(
  tx: Transaction,
  accountId: string,
  groupId: string,
  position: number,
  limit: number,
): Promise<MemberRow[]> {
  return membersBetween(tx, accountId, groupId, position, Number.MAX_SAFE_INTEGER, limit);
}

/** As membersAfter, as one piece of memory for eachMember: a row costs no object. */
export function copiedMembersAfter(
  tx: Transaction,
  accountId: string,
  groupId: string,
  position: number,
  limit: number,
): Promise<CopiedMembers> {
  return copyMembersAfter(tx, accountId, groupId, position, limit);
}
