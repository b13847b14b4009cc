import type { FieldDefinition } from '../fields/field.ts';

/** Why a customer was chosen: the longest or shortest text, the most values missing, or the next in joining order. */
export const PREVIEW_REASONS = ['longest', 'shortest', 'missing_values', 'next'] as const;
export type PreviewReason = (typeof PREVIEW_REASONS)[number];

export type Rendered = {
  customer_id: string;
  subject: string | null;
  message: string;
  preheader: string | null;
  /** How many of the fields that the text names have no value here. */
  missing: number;
};

const lengthOf = (text: Rendered) => (text.subject?.length ?? 0) + (text.preheader?.length ?? 0) + text.message.length;

/**
 * Picks the customers whose texts tell a reviewer most, each once, at most `limit`: the longest, the shortest, the one with
 * most values missing, then the others as they come. Of equals the first counts, so that the same customers in the same
 * order give the same previews. Holds no more than it will give.
 */
export function createTellingChoice(limit: number) {
  let longest: Rendered | null = null;
  let shortest: Rendered | null = null;
  let emptiest: Rendered | null = null;
  const first: Rendered[] = [];
  return {
    offer(text: Rendered): void {
      if (longest === null || lengthOf(text) > lengthOf(longest)) longest = text;
      if (shortest === null || lengthOf(text) < lengthOf(shortest)) shortest = text;
      if (text.missing > (emptiest?.missing ?? 0)) emptiest = text;
      if (first.length < limit) first.push(text);
    },
    chosen(): { text: Rendered; reason: PreviewReason }[] {
      const wanted: [Rendered | null, PreviewReason][] = [
        [longest, 'longest'],
        [shortest, 'shortest'],
        [emptiest, 'missing_values'],
        ...first.map((text): [Rendered, PreviewReason] => [text, 'next']),
      ];
      const seen = new Set<string>();
      return wanted
        .flatMap(([text, reason]) => {
          if (text === null || seen.has(text.customer_id)) return [];
          seen.add(text.customer_id);
          return [{ text, reason }];
        })
        .slice(0, limit);
    },
  };
}

/**
 * A value of a field that is sensitive or unique, as it is shown to who may not decrypt: without a character of it, and
 * about as long, so that lengths, cuts and fallbacks are real ones. Of an enum, whose options' lengths would tell which it is,
 * every value is as long as the longest.
 */
export function maskedValue(field: Pick<FieldDefinition, 'field_type' | 'options'>, canonical: string): string {
  switch (field.field_type) {
    case 'number':
    case 'currency':
      return canonical.replace(/\d/g, '0');
    case 'Date':
      return '2000-01-01';
    case 'boolean':
      return 'true';
    case 'enum':
      return '•'.repeat(Math.max(1, ...(field.options ?? []).map((option) => option.length)));
    default:
      return canonical.replace(/\S/gu, '•');
  }
}
