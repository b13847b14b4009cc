import {
  type CopiedRows,
  copyOut,
  eachCopiedRow,
  integerLiteral,
  uuidLiteral,
} from '../../platform/database/copy-out.ts';
import type { Transaction } from '../../platform/database/database.ts';

/** Members of a group as one piece of memory: position (int8), customer id (uuid) and sealed profile of each. */
export type CopiedMembers = CopiedRows;

const FIELDS = 3;
const BYTES_A_MEMBER = 400;
const ID_BYTES = 16;

/** Hands on each member's position, raw id and envelope, which all lie in `members`. */
export function eachMember(
  members: CopiedMembers | Uint8Array,
  take: (position: number, customerId: Uint8Array, envelope: Buffer) => void,
): void {
  const bytes = Buffer.from(members.buffer, members.byteOffset, members.length);
  eachCopiedRow(members, FIELDS, (starts, lengths) => {
    const [position = 0, id = 0, profile = 0] = starts;
    const envelope = bytes.subarray(profile, profile + (lengths[2] ?? 0));
    take(
      bytes.readInt32BE(position) * 2 ** 32 + bytes.readUInt32BE(position + 4),
      bytes.subarray(id, id + ID_BYTES),
      envelope,
    );
    return true;
  });
}

/** At most `limit` members behind this position, in joining order: membersAfter, without an object of each row. */
export function copyMembersAfter(
  tx: Transaction,
  accountId: string,
  groupId: string,
  position: number,
  limit: number,
): Promise<CopiedMembers> {
  const [account, group] = [uuidLiteral(accountId), uuidLiteral(groupId)];
  return copyOut(
    tx.client,
    `select m.position, m.customer_id, c.sealed_profile
     from group_members m join customers c on c.account_id = m.account_id and c.customer_id = m.customer_id
     where m.account_id = ${account} and m.customer_group_id = ${group} and m.position > ${integerLiteral(position)}
     order by m.position limit ${integerLiteral(limit)}`,
    BYTES_A_MEMBER * limit,
  );
}
