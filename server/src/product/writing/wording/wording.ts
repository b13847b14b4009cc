import type { TechniqueId } from '../techniques.ts';

/** How close the writer comes to its reader. */
export type Manner = 'warm' | 'plain' | 'formal';

/** How long the customers of a segment have been there, compared with the other segments. */
export type Standing = 'new' | 'settled' | 'long';

/**
 * The sentences of one technique. `{product}` stands for the brief's product and is never the first word, never the
 * subject of a verb, and never behind "your": so "Premium Saver", "travel cards" and "our new app" all read well. Each
 * list has entries without it. No sentence states a fact: they ask, invite and point.
 */
export type TechniqueWording = {
  /** Subject lines and titles. */
  subjects: readonly string[];
  /** The first paragraph where there is room. */
  openers: readonly string[];
  /** One short sentence where there is none. */
  hooks: readonly string[];
  /** The paragraph before the call to action. */
  bodies: readonly string[];
  /** The last words, after the call to action. */
  closers: readonly string[];
};

export type Greeting = { word: string; fallback: string };

/** Everything a language needs to have before the offline writer can write it. */
export type Wording = {
  language: string;
  greetings: Readonly<Record<Manner, readonly Greeting[]>>;
  /** Said only where the segment's own limits prove it. */
  standing: Readonly<Partial<Record<Standing, readonly string[]>>>;
  /** `{holding}` is what the segment's customers have: "your month-to-month contract". */
  asides: { adds: readonly string[]; replaces: readonly string[] };
  /** What introduces a required phrase that does not begin a sentence by itself. */
  leadIns: readonly string[];
  /** What introduces a call to action that begins with a small letter. */
  askLeadIns: readonly string[];
  techniques: Readonly<Record<TechniqueId, TechniqueWording>>;
  /** The product as it stands inside a sentence: "the two-year contract", "Harbour Saver", "travel cards". */
  named(product: string): string;
  /** A sentence as it goes on after "Hi Anna, …". */
  afterGreeting(sentence: string): string;
  /** "your Premium plan", from an attribute's value and the words of its name; null where it would not read well. */
  holding(value: string, noun: string): string | null;
};
