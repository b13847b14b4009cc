import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { Agent, request } from 'node:http';
import { constants, setPriority } from 'node:os';
import { createClient } from '@nudgescribe/sdk';
import { makeFields, makeGroup } from './import-part.ts';

// The account that takes all it can get, in a process of its own and at the lowest priority: in life its machines are others
// than the server's, and what they take of their own processors delays nobody's measured calls. It calls without the SDK,
// as one who floods would, so that a call costs it as little as can be.

export type BusyOrder = { url: string; accessToken: string; workspaceId: string; calls: number; imports: Import[] };
export type Import = { path: string; rows: number };
export type BusyReport = { calls: number; refused: number };

const newName = () => randomBytes(6).toString('hex');

let isOver = false;
const report: BusyReport = { calls: 0, refused: 0 };

/** Keeps so many calls under way until it is told to stop. */
async function flood({ url, accessToken, workspaceId, calls }: BusyOrder): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: calls });
  const body = JSON.stringify({ workspace_id: workspaceId });
  const headers = {
    authorization: `Bearer ${accessToken}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  const once = () =>
    new Promise<void>((resolve) => {
      const call = request(`${url}/v1/cg`, { method: 'POST', agent, headers }, (answer) => {
        report.calls += 1;
        if (answer.statusCode !== 200) report.refused += 1;
        answer.resume().once('close', resolve);
      });
      call.once('error', () => resolve());
      call.end(body);
    });
  const keepOn = async () => {
    while (!isOver) await once();
  };
  await Promise.all(Array.from({ length: calls }, keepOn));
  agent.destroy();
}

/** Imports again and again, in workspaces of their own, so that none waits for another one's turn. */
async function importOn({ url, accessToken }: BusyOrder, { path, rows }: Import): Promise<void> {
  const client = createClient({ baseUrl: url, accessToken });
  while (!isOver) {
    const { workspace_id: workspaceId } = await client.workspaces.create({ workspace_name: `Busy ${newName()}` });
    await makeFields({ client }, workspaceId);
    const groupId = await makeGroup({ client }, workspaceId, 'Everybody');
    const begun = await client.customers.upload(
      { workspace_id: workspaceId, customer_group_id: groupId, on_error: 'skip' },
      await openAsBlob(path),
      { contentType: 'text/csv' },
    );
    const { created } = await client.waitForImport(workspaceId, begun.import_id, { firstPauseMs: 500 });
    if (created !== rows) throw new Error(`${created} of ${rows} rows were stored.`);
  }
}

process.on('message', async (order: BusyOrder | 'stop') => {
  if (order === 'stop') {
    isOver = true;
    return;
  }
  setPriority(constants.priority.PRIORITY_LOW);
  await Promise.all([flood(order), ...order.imports.map((one) => importOn(order, one))]);
  process.send?.(report);
  process.disconnect();
});
