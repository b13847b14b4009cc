/**
 * The canonical JSON text of a value, after RFC 8785 (JSON Canonicalization Scheme): no white space, keys of objects in
 * the order of their UTF-16 code units, strings and numbers as ECMAScript writes them. Equal values have equal text,
 * whatever the order in which their keys were set; keys that are undefined count as absent.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((entry) => canonicalJson(entry ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`);
  return `{${members.join(',')}}`;
}
