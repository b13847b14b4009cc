import { uuidArray } from '../../platform/database/binary-arrays.ts';
import { copyOut, integerLiteral, uuidLiteral } from '../../platform/database/copy-out.ts';
import type { Transaction } from '../../platform/database/database.ts';
import type { Statement } from '../../platform/database/pipelined.ts';
import type { CopiedMembers } from './copied-members.ts';
import type { CustomerRow } from './customer.ts';

const CUSTOMER =
  'c.account_id, c.customer_id, c.workspace_id, c.sealed_profile, c.profile_digest, c.clear_values, c.created_by, c.created_at, c.updated_at';

export type MemberRow = CustomerRow & { position: number };

/** Members with after < position <= upTo, in joining order, at most `limit`: a range of one index at any depth. */
export function membersBetween(
  tx: Transaction,
  accountId: string,
  groupId: string,
  after: number,
  upTo: number,
  limit: number,
): Promise<MemberRow[]> {
  return tx.rows<MemberRow>(
    `select m.position, ${CUSTOMER} from group_members m join customers c on c.account_id = m.account_id and c.customer_id = m.customer_id
     where m.account_id = $1 and m.customer_group_id = $2 and m.position > $3 and m.position <= $4 order by m.position limit $5`,
    [accountId, groupId, after, upTo, limit],
  );
}

const BYTES_A_MEMBER = 400;

/** At most `limit` members behind this position, in joining order: for eachMember. */
export async function copyMembersAfter(
  tx: Transaction,
  accountId: string,
  groupId: string,
  position: number,
  limit: number,
): Promise<CopiedMembers> {
  const [account, group] = [uuidLiteral(accountId), uuidLiteral(groupId)];
  return copyOut(
    await tx.client(),
    `select m.position, m.customer_id, c.sealed_profile
     from group_members m join customers c on c.account_id = m.account_id and c.customer_id = m.customer_id
     where m.account_id = ${account} and m.customer_group_id = ${group} and m.position > ${integerLiteral(position)}
     order by m.position limit ${integerLiteral(limit)}`,
    BYTES_A_MEMBER * limit,
  );
}

// The group is compared outside the fence of "offset 0": a group younger than the table's statistics seems to have no
// members, and Postgres would then look for each customer by walking all positions of the group.

/** Which of these customers are in the group already. */
export async function membersAmong(
  tx: Transaction,
  accountId: string,
  groupId: string,
  customerIds: readonly string[],
): Promise<Set<string>> {
  const rows = await tx.rows<{ customer_id: string }>(
    `select m.customer_id from unnest($2::uuid[]) as w(customer_id),
       lateral (select customer_id, customer_group_id from group_members where account_id = $1 and customer_id = w.customer_id offset 0) m
     where m.customer_group_id = $3`,
    [accountId, uuidArray(customerIds), groupId],
  );
  return new Set(rows.map((row) => row.customer_id));
}

/** See findDiffering. Nothing of those that do not differ leaves the database. */
export async function differing(
  tx: Transaction,
  accountId: string,
  groupId: string,
  given: { blindIndexes: Buffer; digests: Buffer },
): Promise<number[]> {
  const rows = await tx.rows<{ ordinal: number }>(
    `select w.ordinal from unnest($2::uuid[], $3::bytea[]) with ordinality as w(blind_index, digest, ordinal)
       left join lateral (select customer_id from customer_identifiers
         where account_id = $1 and blind_index = w.blind_index offset 0) i on true
       left join lateral (select true as same from customers
         where account_id = $1 and customer_id = i.customer_id and profile_digest = w.digest offset 0) c on true
       left join lateral (select customer_group_id from group_members
         where account_id = $1 and customer_id = i.customer_id offset 0) m on m.customer_group_id = $4
     where c.same is null or m.customer_group_id is null order by w.ordinal`,
    [accountId, given.blindIndexes, given.digests, groupId],
  );
  return rows.map((row) => row.ordinal);
}

/** Adds members, a uuid[] parameter, at consecutive positions from `first`, in the order given. */
export function membersStatement(accountId: string, groupId: string, customerIds: Buffer, first: number): Statement {
  return {
    text: `insert into group_members (account_id, customer_group_id, customer_id, position)
      select $1, $2, m.customer_id, $4 + m.ordinal - 1 from unnest($3::uuid[]) with ordinality as m(customer_id, ordinal)`,
    values: [accountId, groupId, customerIds, first],
  };
}

/** Takes these customers out of one group. Returns those who were in it. */
export async function deleteMembers(
  tx: Transaction,
  accountId: string,
  groupId: string,
  customerIds: readonly string[],
): Promise<string[]> {
  const rows = await tx.rows<{ customer_id: string }>(
    'delete from group_members where account_id = $1 and customer_id = any($2::uuid[]) and customer_group_id = $3 returning customer_id',
    [accountId, customerIds, groupId],
  );
  return rows.map((row) => row.customer_id);
}

/** Takes these customers out of every group. Returns how many left each. */
export async function deleteMemberships(
  tx: Transaction,
  accountId: string,
  customerIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await tx.rows<{ customer_group_id: string; count: number }>(
    `with gone as (delete from group_members where account_id = $1 and customer_id = any($2::uuid[]) returning customer_group_id)
     select customer_group_id, count(*)::integer as count from gone group by customer_group_id`,
    [accountId, customerIds],
  );
  return new Map(rows.map((row) => [row.customer_group_id, row.count]));
}

export function deleteAllMembers(tx: Transaction, accountId: string, groupId: string): Promise<number> {
  return tx.run('delete from group_members where account_id = $1 and customer_group_id = $2', [accountId, groupId]);
}

/** Members of the group behind this position that are in no other group, at most `limit`, in joining order. */
export function membersOnlyHere(
  tx: Transaction,
  accountId: string,
  groupId: string,
  after: number,
  limit: number,
): Promise<{ customer_id: string; position: number }[]> {
  return tx.rows(
    `select m.customer_id, m.position from group_members m where m.account_id = $1 and m.customer_group_id = $2 and m.position > $3
       and not exists (select 1 from group_members o where o.account_id = $1 and o.customer_id = m.customer_id and o.customer_group_id <> $2)
     order by m.position limit $4`,
    [accountId, groupId, after, limit],
  );
}

export type MembershipRow = { customer_id: string; customer_group_id: string; group_name: string; position: number };

/** The groups of these customers, oldest group first. */
export function membershipsOf(
  tx: Transaction,
  accountId: string,
  customerIds: readonly string[],
): Promise<MembershipRow[]> {
  return tx.rows<MembershipRow>(
    `select m.customer_id, m.customer_group_id, m.position, g.group_name from group_members m
       join customer_groups g on g.account_id = m.account_id and g.customer_group_id = m.customer_group_id
     where m.account_id = $1 and m.customer_id = any($2::uuid[]) order by g.created_at, g.customer_group_id`,
    [accountId, customerIds],
  );
}
