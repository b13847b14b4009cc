import { createHash } from 'node:crypto';
import { canonicalJson } from '../../platform/json/canonical-json.ts';
import { textHash } from '../approvals/approval-content.ts';
import type { MessageRow } from '../messages/message.ts';

/** Names the texts of exactly these messages, in whatever order: a decision that carries it decides no other text. */
export function contentHash(messages: readonly MessageRow[]): string {
  const texts = messages.map((message) => [message.message_id, textHash(message)]);
  texts.sort(([left = ''], [right = '']) => (left < right ? -1 : 1));
  return createHash('sha256').update(canonicalJson(texts)).digest('hex');
}
