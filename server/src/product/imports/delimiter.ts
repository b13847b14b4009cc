export const DELIMITERS = [',', ';', '\t', '|'] as const;

/**
 * The delimiter that stands most often in the first line that is not empty, outside quotes; a comma when none does.
 * A quote opens only where a cell begins, as for the parser. Null while that line has not ended and more text is to come.
 */
export function detectDelimiter(text: string, isEnd: boolean): string | null {
  const counts = new Map<string, number>(DELIMITERS.map((delimiter) => [delimiter, 0]));
  let position = 0;
  while (text[position] === '\n' || text[position] === '\r') position += 1;
  let cellBegins = true;
  for (; position < text.length; position += 1) {
    const character = text.charAt(position);
    if (character === '\n' || character === '\r') break;
    if (character === '"' && cellBegins) {
      position = closingQuote(text, position);
      if (position === -1) break;
    }
    const count = counts.get(character);
    if (count !== undefined) counts.set(character, count + 1);
    cellBegins = count !== undefined;
  }
  const isWhole = position !== -1 && position < text.length;
  if (!isWhole && !isEnd) return null;
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

/** Where the quoted cell that opens at `position` closes, or -1. */
function closingQuote(text: string, position: number): number {
  let close = text.indexOf('"', position + 1);
  while (close !== -1 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
  return close;
}
