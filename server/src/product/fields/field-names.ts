import { isFieldName } from './field.ts';
import { plainLetters, spaced } from './header-words.ts';

/** Room for "_2" and the like behind a name of at most 64 characters. */
const MAX_BASE_CHARACTERS = 50;
const MAX_DISPLAY_NAME_CHARACTERS = 100;

/**
 * A legal field name for every header, all different whatever their case: a header that is legal is kept as it is, the
 * others are turned into letters, digits and underscores.
 */
export function fieldNames(headers: readonly string[]): string[] {
  const taken = new Set<string>();
  const take = (name: string): string => {
    taken.add(name.toLowerCase());
    return name;
  };
  // Legal headers first: none of them must give way to a name made from another header.
  const kept = headers.map((header) => {
    const name = header.trim();
    return isFieldName(name) && !taken.has(name.toLowerCase()) ? take(name) : null;
  });
  return headers.map((header, index) => {
    const name = kept[index];
    if (name !== null && name !== undefined) return name;
    const base = legalBase(header);
    let candidate = base;
    for (let count = 2; !isFieldName(candidate) || taken.has(candidate.toLowerCase()); count += 1)
      candidate = `${base}_${count}`;
    return take(candidate);
  });
}

function legalBase(header: string): string {
  const base = plainLetters(header)
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, MAX_BASE_CHARACTERS);
  if (base === '') return 'field';
  const led = /^\d/.test(base) ? `f_${base}` : base;
  // "channel" is a column of published files: "channel_field" is not.
  return isFieldName(led) ? led : `${led}_field`;
}

export function displayName(header: string): string {
  const words = [
    ...spaced(header)
      .replace(/[\0_\s]+/g, ' ')
      .trim()
      .toWellFormed(),
  ].slice(0, MAX_DISPLAY_NAME_CHARACTERS / 2);
  const text = words.join('').trim();
  return text === '' ? 'Field' : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
