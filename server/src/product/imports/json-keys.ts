/**
 * True when the outermost object of a readable JSON text names a key more than once: JSON.parse keeps the last value and
 * says nothing. `keys` is the number of keys that JSON.parse found; only a text with more colons behind quotes than that
 * needs a closer look, so most records cost one search.
 */
export function repeatsKey(text: string, keys: number): boolean {
  return countMatches(text, /"\s*:/g) > keys && outermostKeys(text) > keys;
}

function countMatches(text: string, pattern: RegExp): number {
  let count = 0;
  while (pattern.test(text)) count += 1;
  return count;
}

/** How many keys the outermost object writes, repeated ones counted each time. */
function outermostKeys(text: string): number {
  let count = 0;
  let depth = 0;
  for (let position = 0; position < text.length; position += 1) {
    const character = text[position];
    if (character === '"') position = endOfString(text, position);
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    // Outside of strings a colon stands behind a key and nowhere else.
    else if (character === ':' && depth === 1) count += 1;
  }
  return count;
}

function endOfString(text: string, start: number): number {
  let position = start + 1;
  while (position < text.length && text[position] !== '"') position += text[position] === '\\' ? 2 : 1;
  return position;
}
