import type { Finding, Message } from '@nudgescribe/sdk';
import { client } from '../api/client.ts';
import type { Cluster } from './use-review-queue.ts';

type Ids = { workspace_id: string; campaign_id: string };
export type Verdict = 'Approved' | 'Rejected' | 'Excluded' | 'Pending';

/** Decides whole clusters, each on exactly the texts that were seen. Gives the decisions, newest last, to take back. */
export async function decideClusters(
  ids: Ids,
  clusters: readonly Cluster[],
  verdict: Verdict,
  note?: string,
): Promise<string[]> {
  const decisions: string[] = [];
  for (const cluster of clusters) {
    const done = await client.messages.change({
      ...ids,
      message_ids: cluster.message_ids,
      review_status: verdict,
      content_hash: cluster.content_hash,
      ...(note === undefined || note.trim() === '' ? {} : { note }),
    });
    if (done.decision_id !== null) decisions.push(done.decision_id);
  }
  return decisions;
}

export async function decideOne(ids: Ids, message: Message, verdict: Verdict, note?: string): Promise<string[]> {
  const done = await client.messages.change({
    ...ids,
    message_ids: [message.message_id],
    review_status: verdict,
    ...(note === undefined || note.trim() === '' ? {} : { note }),
  });
  return done.decision_id === null ? [] : [done.decision_id];
}

/** Takes decisions back, the last one first. */
export async function takeBack(ids: Ids, decisions: readonly string[]): Promise<void> {
  for (const decision_id of decisions.toReversed()) await client.reviews.undo({ ...ids, decision_id });
}

/** The text with a finding's own fix in it; null when it has none. */
export function fixed(
  message: Message,
  finding: Finding,
): Partial<Record<'subject' | 'preheader' | 'message', string>> | null {
  const { edit } = finding;
  if (edit === null) return null;
  const text = message[edit.part] ?? '';
  return { [edit.part]: text.slice(0, edit.from) + edit.replacement + text.slice(edit.to) };
}

/** The same fix in every member of the cluster that has the finding with a fix of its own. */
export async function fixAll(ids: Ids, cluster: Cluster, code: string): Promise<number> {
  let changed = 0;
  for (const { message } of cluster.members) {
    const finding = message.findings.find((one) => one.code === code && one.edit !== null);
    const change = finding === undefined ? null : fixed(message, finding);
    if (change === null) continue;
    await client.messages.change({ ...ids, message_ids: [message.message_id], ...change });
    changed += 1;
  }
  return changed;
}
