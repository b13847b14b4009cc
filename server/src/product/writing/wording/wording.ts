import type { TechniqueId } from '../techniques.ts';
import type { Tone } from '../tone.ts';

/** How long the customers of a segment have been there, compared with the other segments. */
export type Standing = 'new' | 'settled' | 'long';

/**
 * The sentences of one technique. `{product}` stands for the brief's product and is never the first word, never the
 * subject of a verb, and never behind "your": so "Premium Saver", "travel cards" and "our new app" all read well. In
 * languages with cases and contractions it stands where a name stands unchanged: behind a colon or a question, or elsewhere
 * for products of which the library says that they stand freely. Each list but the openers has entries without it. No sentence states a fact: they ask, invite and point.
 *
 * `[du|Sie]` is close and polite address; a sentence that begins with `~` is too light for a formal text.
 */
export type TechniqueWording = {
  /** Subject lines and titles. */
  subjects: readonly string[];
  /** The line behind an email's subject: 40 to 100 characters, without the product. */
  preheaders: readonly string[];
  /** The first paragraph where there is room. */
  openers: readonly string[];
  /** One short sentence where there is none. */
  hooks: readonly string[];
  /** The paragraph before the call to action. */
  bodies: readonly string[];
  /** The last words, after the call to action. */
  closers: readonly string[];
};

/** `{name}` is the customer's; the fallback takes its place. `line` is for channels without paragraphs. */
export type Greeting = { paragraph: string; line: string; fallback: string };

/** What a tone adds to any technique; a tone without such sentences is content with those of the technique. */
export type ToneWording = {
  greetings: readonly Greeting[];
  /** Before the first sentence, where there is room. */
  openings: readonly string[];
  /** Right before the call to action; short enough for an SMS. */
  bridges: readonly string[];
  /** The last line of an email instead of the technique's. */
  signOffs: readonly string[];
};

/** Everything a language needs to have before the offline writer can write it. */
export type Library = {
  tones: Readonly<Record<Tone, ToneWording>>;
  /** Said only where the segment's own limits prove it. */
  standing: Readonly<Partial<Record<Standing, readonly string[]>>>;
  /** `{holding}` is what the segment's customers have: "your month-to-month contract". */
  asides: { adds: readonly string[]; replaces: readonly string[] };
  /** What introduces a required phrase that does not begin a sentence by itself. */
  leadIns: readonly string[];
  /** What introduces a call to action that begins with a small letter. */
  askLeadIns: readonly string[];
  techniques: Readonly<Record<TechniqueId, TechniqueWording>>;
  /** Whether such a product may stand where a sentence has it without a colon or question before it. */
  standsFreely(product: string): boolean;
  /** The product as it stands inside a sentence: "the two-year contract", "Harbour Saver", "travel cards". */
  named(product: string): string;
  /** A sentence as it goes on after "Hi Anna, …". */
  afterGreeting(sentence: string): string;
  /** What customers have as the asides name it, from an attribute's value and its name; null where it would not read well. */
  holding(value: string, noun: string): string | null;
  /** Our own sentences as the language prints them. */
  typeset(text: string): string;
  /** Between a call to action and its link. */
  colon: string;
};

/** A library as one text needs it: one tone, one address, printed as the channel allows. */
export type Wording = Omit<Library, 'tones' | 'typeset'> & ToneWording;
