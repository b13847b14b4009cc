import { type CopiedRows, copyOut, integerLiteral, uuidLiteral } from '../../platform/database/copy-out.ts';
import type { Transaction } from '../../platform/database/database.ts';

export type SnapshotRow = {
  account_id: string;
  snapshot_id: string;
  workspace_id: string;
  customer_group_id: string;
  last_position: number;
  member_count: number;
  taken_at: Date;
};

const COLUMNS = 'account_id, snapshot_id, workspace_id, customer_group_id, last_position, member_count, taken_at';

export async function insertSnapshot(tx: Transaction, row: SnapshotRow): Promise<void> {
  await tx.run(`insert into group_snapshots (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7)`, [
    row.account_id,
    row.snapshot_id,
    row.workspace_id,
    row.customer_group_id,
    row.last_position,
    row.member_count,
    row.taken_at,
  ]);
}

export function findSnapshot(tx: Transaction, accountId: string, snapshotId: string): Promise<SnapshotRow | undefined> {
  return tx.row<SnapshotRow>(`select ${COLUMNS} from group_snapshots where account_id = $1 and snapshot_id = $2`, [
    accountId,
    snapshotId,
  ]);
}

export async function deleteSnapshot(tx: Transaction, accountId: string, snapshotId: string): Promise<void> {
  await tx.run('delete from group_snapshots where account_id = $1 and snapshot_id = $2', [accountId, snapshotId]);
}

/** Whether anything was kept for the snapshot, and how many places of the range were erased. Undefined: it was released. */
export function keptOf(
  tx: Transaction,
  snapshot: SnapshotRow,
  after: number,
  upTo: number,
): Promise<{ any: boolean; erased: number } | undefined> {
  return tx.row<{ any: boolean; erased: number }>(
    `select exists (select 1 from snapshot_profiles where account_id = $1 and snapshot_id = $2)
         or exists (select 1 from snapshot_members where account_id = $1 and snapshot_id = $2) as any,
       (select count(*) from snapshot_erasures where account_id = $1 and snapshot_id = $2 and position > $3 and position <= $4) as erased
     from group_snapshots where account_id = $1 and snapshot_id = $2`,
    [snapshot.account_id, snapshot.snapshot_id, after, upTo],
  );
}

const MEMBER_BYTES = 400;

/** At most so much is set aside at first; it grows where members are larger. */
const expectedBytes = (after: number, upTo: number) => MEMBER_BYTES * Math.max(0, Math.min(upTo - after, 10_000));

/** While nothing has changed since, the snapshot is what is stored. */
export async function membersAsStored(
  tx: Transaction,
  snapshot: SnapshotRow,
  after: number,
  upTo: number,
): Promise<CopiedRows> {
  const [account, group] = [uuidLiteral(snapshot.account_id), uuidLiteral(snapshot.customer_group_id)];
  const range = `m.position > ${integerLiteral(after)} and m.position <= ${integerLiteral(upTo)}`;
  return copyOut(
    await tx.client(),
    `select m.position, m.customer_id, c.sealed_profile
     from group_members m join customers c on c.account_id = m.account_id and c.customer_id = m.customer_id
     where m.account_id = ${account} and m.customer_group_id = ${group} and ${range} order by m.position`,
    expectedBytes(after, upTo),
  );
}

/** With what has changed since put back. */
export async function membersAsTheyWere(
  tx: Transaction,
  snapshot: SnapshotRow,
  after: number,
  upTo: number,
): Promise<CopiedRows> {
  const [account, group] = [uuidLiteral(snapshot.account_id), uuidLiteral(snapshot.customer_group_id)];
  const id = uuidLiteral(snapshot.snapshot_id);
  const range = `position > ${integerLiteral(after)} and position <= ${integerLiteral(upTo)}`;
  return copyOut(
    await tx.client(),
    `select m.position, m.customer_id, coalesce(p.sealed_profile, c.sealed_profile)
     from (
       select position, customer_id from group_members
       where account_id = ${account} and customer_group_id = ${group} and ${range}
       union all
       select position, customer_id from snapshot_members where account_id = ${account} and snapshot_id = ${id} and ${range}
     ) m
       join customers c on c.account_id = ${account} and c.customer_id = m.customer_id
       left join snapshot_profiles p on p.account_id = ${account} and p.snapshot_id = ${id} and p.customer_id = m.customer_id
     order by m.position`,
    expectedBytes(after, upTo),
  );
}
