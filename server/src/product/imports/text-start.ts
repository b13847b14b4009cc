import { parseFaults } from './parse-fault.ts';

/** Bytes that must be there, or be all there are, before textStart can tell. */
export const TEXT_START_BYTES = 3;

/**
 * How many bytes of a byte order mark stand before the text: 0 or 3. Throws wrong_encoding for UTF-16 and UTF-32, known by
 * their own marks or, without one, by the zero that stands in every such file of plain letters.
 */
export function textStart(bytes: Buffer): 0 | 3 {
  const [first, second, third] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) throw parseFaults.wrongEncoding();
  if (bytes.length > 1 && (first === 0 || second === 0)) throw parseFaults.wrongEncoding();
  return first === 0xef && second === 0xbb && third === 0xbf ? 3 : 0;
}
