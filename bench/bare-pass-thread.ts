import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';
import { copyOut, eachCopiedRow, integerLiteral, uuidLiteral } from '../server/src/platform/database/copy-out.ts';
import { type OpeningKeys, portedOpeningKeys } from '../server/src/product/sealing/portable-keys.ts';
import { openProfiles } from '../server/src/product/sealing/profile-envelope.ts';

/** Reads and unseals the members in (after, upto], and does nothing with them. */
export type BareShare = {
  databaseUrl: string;
  keys: OpeningKeys;
  accountId: string;
  workspaceId: string;
  groupId: string;
  after: number;
  upto: number;
};

const MEMBERS_AT_ONCE = 2_500;

const port = parentPort;
if (port === null) throw new Error('This file is started as a thread.');
const share = workerData as BareShare;
const keys = portedOpeningKeys(share.keys);
const client = new pg.Client({ connectionString: share.databaseUrl });
await client.connect();

function read(after: number) {
  const [account, group] = [uuidLiteral(share.accountId), uuidLiteral(share.groupId)];
  const upto = Math.min(after + MEMBERS_AT_ONCE, share.upto);
  return copyOut(
    client as unknown as pg.PoolClient,
    `select m.position, m.customer_id, c.sealed_profile
     from group_members m join customers c on c.account_id = m.account_id and c.customer_id = m.customer_id
     where m.account_id = ${account} and m.customer_group_id = ${group}
       and m.position > ${integerLiteral(after)} and m.position <= ${integerLiteral(upto)} order by m.position`,
    MEMBERS_AT_ONCE * 400,
  );
}

function unseal(members: Uint8Array<ArrayBuffer>): number {
  const bytes = Buffer.from(members.buffer, members.byteOffset, members.length);
  const profiles: { customerId: Uint8Array; envelope: Buffer }[] = [];
  eachCopiedRow(members, 3, (starts, lengths) => {
    const [, id = 0, profile = 0] = starts;
    profiles.push({
      customerId: bytes.subarray(id, id + 16),
      envelope: bytes.subarray(profile, profile + (lengths[2] ?? 0)),
    });
    return true;
  });
  let opened = 0;
  openProfiles(keys, share, profiles, () => {
    opened += 1;
  });
  return opened;
}

async function pass(): Promise<number> {
  let opened = 0;
  let coming = read(share.after);
  for (let after = share.after; after < share.upto; after += MEMBERS_AT_ONCE) {
    const members = await coming;
    if (after + MEMBERS_AT_ONCE < share.upto) coming = read(after + MEMBERS_AT_ONCE);
    opened += unseal(members);
  }
  return opened;
}

port.once('message', async () => {
  const opened = await pass();
  await client.end();
  port.postMessage(opened);
});
port.postMessage('ready');
