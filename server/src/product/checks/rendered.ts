import type { Channel, FullCheck } from '../campaigns/campaign.ts';
import type { FieldDefinition } from '../fields/field.ts';
import { type Cell, compileTemplate, type Render, TemplateBroken } from '../merge-tags/compile.ts';
import type { MessageInSegment } from '../messages/message.ts';
import { smsParts } from './rules/sms.ts';

/** What only shows with a customer's values in the text. Both are errors. */
export type RenderedProblem = FullCheck['problems'][number];

/** Counts over customers looked at so far; plain data, as it stands in a job's cursor. */
export type RenderedTally = {
  customers: number;
  texts: number;
  longSms: number;
  tooLong: Record<string, { customers: number; longest: number }>;
  empty: Record<string, number>;
};

export const noTally = (): RenderedTally => ({ customers: 0, texts: 0, longSms: 0, tooLong: {}, empty: {} });

/** Characters as people count them, without making an array of each text: a pair of surrogates is one. */
function lengthOf(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit <= 0xdbff) length -= 1;
  }
  return length;
}

/** Null for a text that cannot be filled in, as a field is gone: other checks say so. */
function renderer(text: string, fields: readonly FieldDefinition[]): Render | null {
  try {
    return compileTemplate(text, fields);
  } catch (error) {
    if (error instanceof TemplateBroken) return null;
    throw error;
  }
}

type Compiled = { messageId: string; channel: string; maxLength: number; render: Render };

/**
 * Looks at texts as customers would get them: too long, or empty. `look` adds one customer of a segment, with all variants,
 * as which one a customer gets is for publishing to choose.
 */
export function createRenderedCheck(
  messages: readonly MessageInSegment[],
  channels: readonly Channel[],
  fields: readonly FieldDefinition[],
): { look(canonicalCriteria: string, cell: Cell, tally: RenderedTally): void } {
  const limits = new Map<string, number>(channels.map((entry) => [entry.channel, entry.max_length]));
  const bySegment = Map.groupBy(messages, (message) => message.canonical_criteria);
  const compiled = new Map(
    [...bySegment].map(([criteria, texts]): [string, Compiled[]] => [
      criteria,
      texts.flatMap((text) => {
        const render = renderer(text.message, fields);
        const maxLength = limits.get(text.channel) ?? Number.MAX_SAFE_INTEGER;
        return render === null ? [] : [{ messageId: text.message_id, channel: text.channel, maxLength, render }];
      }),
    ]),
  );
  return {
    look: (canonicalCriteria, cell, tally) => {
      tally.customers += 1;
      for (const { messageId, channel, maxLength, render } of compiled.get(canonicalCriteria) ?? []) {
        const text = render(cell);
        tally.texts += 1;
        // In UTF-16 units a text is never shorter, so most need not be counted.
        const length = text.length > maxLength ? lengthOf(text) : text.length;
        if (length > maxLength) {
          const known = tally.tooLong[messageId] ?? { customers: 0, longest: 0 };
          tally.tooLong[messageId] = { customers: known.customers + 1, longest: Math.max(known.longest, length) };
        }
        if (text.trim() === '') tally.empty[messageId] = (tally.empty[messageId] ?? 0) + 1;
        if (channel === 'sms' && smsParts(text) > 1) tally.longSms += 1;
      }
    },
  };
}

export function problemsOf(tally: RenderedTally): RenderedProblem[] {
  return [
    ...Object.entries(tally.tooLong).map(
      ([message_id, found]): RenderedProblem => ({ message_id, code: 'too_long_rendered', ...found }),
    ),
    ...Object.entries(tally.empty).map(
      ([message_id, customers]): RenderedProblem => ({ message_id, code: 'empty_rendered', customers, longest: 0 }),
    ),
  ].sort((left, right) => right.customers - left.customers || (left.message_id < right.message_id ? -1 : 1));
}

/** What a reviewer reads of a problem. */
export function sayProblem({ code, customers, longest }: RenderedProblem): string {
  const who = customers === 1 ? 'one customer' : `${customers} customers`;
  return code === 'too_long_rendered'
    ? `With the values of ${who} the text is too long: up to ${longest} characters. Shorten it, or cut the value with "truncate".`
    : `With the values of ${who} the text is empty. Add a fallback, or words around the merge tag.`;
}
