import { type CopiedRows, eachCopiedRow } from '../../platform/database/copy-out.ts';

/** Members of a group as one piece of memory: position (int8), customer id (uuid) and sealed profile of each. */
export type CopiedMembers = CopiedRows;

const FIELDS = 3;
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
