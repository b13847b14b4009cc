/**
 * Text as UTF-8 bytes in memory that is used again and again: a line of a file costs a few copies instead of a string that
 * is put together, flattened and encoded.
 */
export type TextPage = {
  /** What was written stands in the first `length` bytes. */
  bytes: Buffer;
  length: number;
};

const FIRST_BYTES = 256 * 1024;
/** UTF-8 takes at most three bytes for each UTF-16 unit. */
const MOST_BYTES_A_UNIT = 3;
/** Longer texts are encoded by the runtime: its call costs more than so many characters do. */
const SHORT_TEXT = 40;

export const newPage = (): TextPage => ({ bytes: Buffer.allocUnsafeSlow(FIRST_BYTES), length: 0 });

/** Sees to it that so many bytes more have room. */
export function makeRoom(page: TextPage, bytes: number): void {
  if (page.length + bytes <= page.bytes.length) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(2 * page.bytes.length, page.length + bytes));
  page.bytes.copy(larger, 0, 0, page.length);
  page.bytes = larger;
}

export function writeBytes(page: TextPage, bytes: Uint8Array): void {
  makeRoom(page, bytes.length);
  page.bytes.set(bytes, page.length);
  page.length += bytes.length;
}

export function writeText(page: TextPage, text: string): void {
  makeRoom(page, MOST_BYTES_A_UNIT * text.length);
  if (text.length <= SHORT_TEXT) {
    const { bytes, length } = page;
    let at = 0;
    for (; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit > 0x7f) break;
      bytes[length + at] = unit;
    }
    if (at === text.length) {
      page.length += at;
      return;
    }
  }
  page.length += page.bytes.write(text, page.length, 'utf8');
}
