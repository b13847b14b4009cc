import type { TechniqueId } from '../techniques.ts';
import type { Address, Tone } from '../tone.ts';
import { english, relaxed } from './english.ts';
import { french } from './french.ts';
import { german } from './german.ts';
import { spanish } from './spanish.ts';
import type { Library, TechniqueWording, Wording } from './wording.ts';

const LIBRARIES = { en: english, de: german, fr: french, es: spanish } as const satisfies Record<string, Library>;
export type Language = keyof typeof LIBRARIES;
export const LANGUAGES = Object.keys(LIBRARIES) as Language[];

const NAMES: Readonly<Record<string, Language>> = {
  english: 'en',
  german: 'de',
  deutsch: 'de',
  french: 'fr',
  français: 'fr',
  francais: 'fr',
  spanish: 'es',
  español: 'es',
  espanol: 'es',
};

/** "de", "de-AT" and "German" as "de", English where none is named; null for a language that has no library here. */
export function languageOf(wish: string | undefined): Language | null {
  const plain = (wish ?? 'en').trim().toLowerCase();
  const code = NAMES[plain] ?? (/^[a-z]{2}([-_].*)?$/.test(plain) ? plain.slice(0, 2) : '');
  return LANGUAGES.find((language) => language === code) ?? null;
}

/** A text message is printed with the signs of the GSM alphabet (3GPP TS 23.038). */
export function inGsmSigns(text: string): string {
  return text
    .replace(/[’‘‚]/g, "'")
    .replace(/[“”„«»]\u00a0?|\u00a0[»]/g, '"')
    .replace(/\u00a0/g, ' ')
    .replace(/[–—]/g, '-')
    .replaceAll('…', '...');
}

/** One sentence with the address chosen: `[du|Sie]`. */
export const addressed = (sentence: string, address: Address) =>
  sentence.replace(/\[([^[\]|]*)\|([^[\]|]*)\]/g, (_, close: string, polite: string) =>
    address === 'close' ? close : polite,
  );

const wordings = new Map<string, Wording>();

/** The library of a language in one tone and address; `isSms` prints it in GSM signs. Made once and kept: there are 48 at most. */
export function wordingFor(language: Language, tone: Tone, address: Address, isSms: boolean): Wording {
  const key = `${language} ${tone} ${address} ${isSms}`;
  const known = wordings.get(key);
  if (known !== undefined) return known;
  const library: Library = LIBRARIES[language];
  const say = (sentence: string) => {
    const chosen = addressed(sentence.replace(/^~/, ''), address);
    const set = library.typeset(language === 'en' && tone !== 'formal' ? relaxed(chosen) : chosen);
    return isSms ? inGsmSigns(set) : set;
  };
  const all = (sentences: readonly string[]) =>
    sentences.filter((sentence) => tone !== 'formal' || !sentence.startsWith('~')).map(say);
  const technique = (entry: TechniqueWording): TechniqueWording => ({
    subjects: all(entry.subjects),
    preheaders: all(entry.preheaders),
    openers: all(entry.openers),
    hooks: all(entry.hooks),
    bodies: all(entry.bodies),
    closers: all(entry.closers),
  });
  const { tones, typeset, ...rest } = library;
  const own = tones[tone];
  const wording: Wording = {
    ...rest,
    greetings: own.greetings.map(({ paragraph, line, fallback }) => ({
      paragraph: say(paragraph),
      line: say(line),
      fallback: say(fallback),
    })),
    openings: all(own.openings),
    bridges: all(own.bridges),
    signOffs: all(own.signOffs),
    standing: Object.fromEntries(Object.entries(library.standing).map(([standing, list]) => [standing, all(list)])),
    asides: { adds: all(library.asides.adds), replaces: all(library.asides.replaces) },
    leadIns: all(library.leadIns),
    askLeadIns: all(library.askLeadIns),
    colon: isSms ? inGsmSigns(library.colon) : library.colon,
    techniques: Object.fromEntries(
      Object.entries(library.techniques).map(([id, entry]) => [id, technique(entry)]),
    ) as Record<TechniqueId, TechniqueWording>,
  };
  wordings.set(key, wording);
  return wording;
}
