import type { CampaignRow } from '../campaigns/campaign.ts';
import type { FieldDefinition } from '../fields/field.ts';
import type { MessageInSegment } from '../messages/message.ts';
import { checkMessage } from './check-message.ts';
import { type Finding, warning } from './finding.ts';
import { plainly, withFallbacks } from './rules/wording.ts';

export type Linted = { message_id: string; findings: Finding[] };

/** Channel and text as customers read it; the same for texts that differ only in case, spaces or tags' fallbacks. */
function textKey(message: MessageInSegment): string {
  const text = [message.subject ?? '', message.message].map((part) => plainly(withFallbacks(part)).trim());
  return JSON.stringify([message.channel, ...text]);
}

/** The texts of a run that other segments have too: nothing in them is of the segment they were written for. */
function duplicates(messages: readonly MessageInSegment[]): Map<string, number> {
  const segments = Map.groupBy(messages, textKey);
  const found = new Map<string, number>();
  for (const same of segments.values()) {
    const count = new Set(same.map((message) => message.segment_id)).size;
    if (count > 1) for (const message of same) found.set(message.message_id, count);
  }
  return found;
}

/** Checks texts of a run as if they were saved now, and against each other. `all` are the run's active messages. */
export function lintMessages(
  campaign: Pick<CampaignRow, 'brief' | 'channels'>,
  fields: readonly FieldDefinition[],
  all: readonly MessageInSegment[],
  chosen: ReadonlySet<string> | null,
): Linted[] {
  const repeated = duplicates(all.filter((message) => message.review_status !== 'Excluded'));
  const lengths = new Map(campaign.channels.map((channel) => [channel.channel, channel.max_length]));
  return all
    .filter((message) => chosen === null || chosen.has(message.message_id))
    .map((message) => {
      const { channel, subject, preheader, message: text } = message;
      const max_length = lengths.get(channel) ?? Number.MAX_SAFE_INTEGER;
      const findings = checkMessage({
        channel,
        max_length,
        subject,
        preheader,
        message: text,
        brief: campaign.brief,
        fields,
      });
      const segments = repeated.get(message.message_id);
      if (segments !== undefined)
        findings.push(
          warning('duplicate_text', `${segments} segments have this very text.`, {
            fix: 'Say something of the segment in it, or use fewer segments.',
          }),
        );
      return { message_id: message.message_id, findings };
    });
}

export type CodeTotal = { code: string; severity: Finding['severity']; messages: number };

/** How many messages have each code, errors first, the most frequent first. */
export function totalsOf(linted: readonly Linted[]): CodeTotal[] {
  const totals = new Map<string, CodeTotal>();
  for (const { findings } of linted)
    for (const { code, severity } of new Map(findings.map((finding) => [finding.code, finding])).values()) {
      const known = totals.get(code);
      if (known === undefined) totals.set(code, { code, severity, messages: 1 });
      else known.messages += 1;
    }
  return [...totals.values()].sort(
    (left, right) =>
      Number(left.severity === 'warning') - Number(right.severity === 'warning') ||
      right.messages - left.messages ||
      (left.code < right.code ? -1 : 1),
  );
}
