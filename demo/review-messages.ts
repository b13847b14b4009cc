import type { Client, Message } from '@nudgescribe/sdk';
import { Told } from './told.ts';

const SHOWN_MESSAGES = 3;
const PAGE_SIZE = 1_000;

/** A message as one real customer reads it. */
export type Reader = { message: Message; subject: string | null; preheader: string | null; text: string };

/** Every message of the current run, largest segments first. */
export async function allMessages(
  client: Client,
  ids: { workspace_id: string; campaign_id: string },
): Promise<Message[]> {
  const all: Message[] = [];
  for (let page = 1; ; page += 1) {
    const some = await client.messages.list({ ...ids, page, page_size: PAGE_SIZE });
    all.push(...some);
    if (some.length < PAGE_SIZE) return all;
  }
}

/** Three messages from the beginning, the middle and the end of the list, each as one real customer would read it. */
export async function readAsCustomers(
  client: Client,
  ids: { workspace_id: string; campaign_id: string },
  messages: readonly Message[],
): Promise<Reader[]> {
  const last = messages.length - 1;
  const chosen = [...new Set([0, Math.floor(last / 2), last])].filter((index) => index >= 0).slice(0, SHOWN_MESSAGES);
  const readers: Reader[] = [];
  for (const index of chosen) {
    const message = messages[index];
    if (message === undefined) continue;
    const { previews } = await client.messages.preview({ ...ids, message_id: message.message_id, limit: 1 });
    for (const { subject, preheader, message: text } of previews) readers.push({ message, subject, preheader, text });
  }
  return readers;
}

/** Approves everything and then the campaign. Throws Told when a message has a fault. */
export async function approveAll(
  client: Client,
  ids: { workspace_id: string; campaign_id: string },
  messages: Message[],
) {
  const wrong = messages.flatMap(({ findings }) => findings).find(({ severity }) => severity === 'error');
  if (wrong !== undefined) throw new Told(`A message has a fault: ${wrong.message}`);
  await client.messages.change({ ...ids, all: true, review_status: 'Approved' });
  await client.campaigns.approve(ids);
}
