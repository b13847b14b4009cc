/**
 * Reads single values of profiles as encodeProfile wrote them, without making anything of the rest: of a profile's twenty
 * values a message needs three. One reader is for one profile after the other; what it told of the last is void with the
 * next.
 */
export type ProfileReader = {
  read(plaintext: Buffer): void;
  valueOf(slot: number): string | undefined;
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const CLOSING_BRACE = 0x7d;
const ZERO = 0x30;

/** How a text stands in the bytes: as itself, as UTF-8 beyond ASCII, or with JSON's escapes. */
const ASCII = 1;
const UTF8 = 2;
const ESCAPED = 3;

export function createProfileReader(): ProfileReader {
  let plaintext: Buffer = Buffer.alloc(0);
  /** By slot, where its text begins and ends, and how it stands there; 0 where there is none. */
  let starts = new Int32Array(64);
  let ends = new Int32Array(64);
  let forms = new Uint8Array(64);

  function note(slot: number, start: number, end: number, form: number): void {
    if (slot >= forms.length) {
      const [moreStarts, moreEnds, moreForms] = [
        new Int32Array(2 * slot),
        new Int32Array(2 * slot),
        new Uint8Array(2 * slot),
      ];
      moreStarts.set(starts);
      moreEnds.set(ends);
      moreForms.set(forms);
      [starts, ends, forms] = [moreStarts, moreEnds, moreForms];
    }
    starts[slot] = start;
    ends[slot] = end;
    forms[slot] = form;
  }

  return {
    read: (bytes) => {
      plaintext = bytes;
      forms.fill(0);
      let at = 1;
      while (at < bytes.length && bytes[at] !== CLOSING_BRACE) {
        if (bytes[at] === COMMA) at += 1;
        // {"slot":"text"
        let slot = 0;
        for (at += 1; at < bytes.length && bytes[at] !== QUOTE; at += 1) slot = 10 * slot + (bytes[at] ?? 0) - ZERO;
        at += 3;
        const start = at;
        let form = ASCII;
        for (; at < bytes.length; at += 1) {
          const byte = bytes[at] ?? 0;
          if (byte === QUOTE) break;
          if (byte === BACKSLASH) {
            form = ESCAPED;
            at += 1;
          } else if (byte > 0x7f && form === ASCII) form = UTF8;
        }
        note(slot, start, at, form);
        at += 1;
      }
      if (at !== bytes.length - 1) throw new SyntaxError('This is not a profile.');
    },
    valueOf: (slot) => {
      switch (forms[slot]) {
        case ASCII:
          return plaintext.toString('latin1', starts[slot], ends[slot]);
        case UTF8:
          return plaintext.toString('utf8', starts[slot], ends[slot]);
        case ESCAPED:
          return JSON.parse(plaintext.toString('utf8', (starts[slot] ?? 0) - 1, (ends[slot] ?? 0) + 1));
        default:
          return undefined;
      }
    },
  };
}
