import { createClient } from '@nudgescribe/sdk';

// A caller in a process of its own, so that what it takes of its own processor delays nobody else's measured calls: keeps so
// many calls under way until it is told to stop, and tells how many there were.

type Flood = { url: string; accessToken: string; workspaceId: string; atOnce: number };

let isOver = false;
let calls = 0;

process.on('message', async (message: Flood | 'stop') => {
  if (message === 'stop') {
    isOver = true;
    return;
  }
  const { url, accessToken, workspaceId, atOnce } = message;
  const client = createClient({ baseUrl: url, accessToken });
  const flooding = Array.from({ length: atOnce }, async () => {
    while (!isOver) {
      await client.groups.list({ workspace_id: workspaceId }).catch(() => undefined);
      calls += 1;
    }
  });
  await Promise.all(flooding);
  process.send?.(calls);
  process.disconnect();
});
