import { type Chooser, createChooser, shuffled } from './chooser.ts';
import { lengthOf, type Material } from './material.ts';
import { remembered } from './remembered.ts';
import type { Segment } from './segment-sentence.ts';
import type { TechniqueId } from './techniques.ts';
import type { TechniqueWording } from './wording/wording.ts';
import { writerFailures } from './writer.ts';

const SUBJECT_CHARACTERS = { email: 60, push: 50 } as const;

type Slots = {
  greeting: string | null;
  /** The tone's first words, or how long they have been there. */
  prelude: string | null;
  lead: string | null;
  /** Goes behind the lead: what they have. */
  aside: string | null;
  body: string | null;
  /** Goes right before the call to action. */
  bridge: string | null;
  closer: string | null;
  notes: readonly string[];
};

const isPresent = (text: string | null): text is string => text !== null && text !== '';

/** Puts what there is in reading order: paragraphs where the channel has room, one line of sentences where not. */
function assemble(slots: Slots, material: Material): string {
  const { greeting, prelude, lead, aside, body, bridge, closer, notes } = slots;
  const { isRoomy, wording } = material;
  const ask = isPresent(bridge) ? `${bridge} ${material.ask}` : material.ask;
  if (isRoomy) {
    const first = [prelude, lead, aside].filter(isPresent).join(' ');
    return [greeting, first, body, ask, closer, notes.join(' ')].filter(isPresent).join('\n\n');
  }
  const opening =
    greeting !== null && lead !== null
      ? `${greeting} ${greeting.endsWith(',') ? wording.afterGreeting(lead) : lead}`
      : (lead ?? greeting);
  return [prelude, opening, aside, body, ask, closer, ...notes].filter(isPresent).join(' ');
}

/** So many words in a row in two sentences sound like an echo. */
const ECHO_WORDS = 4;

/** A sentence for comparing: its words in small letters, and every run of so many of them. */
const heard = remembered((sentence) => {
  const words: readonly string[] = sentence.toLowerCase().match(/[\p{L}\p{N}'’-]+/gu) ?? [];
  const runs: string[] = [];
  for (let at = 0; at + ECHO_WORDS <= words.length; at += 1)
    runs.push(` ${words.slice(at, at + ECHO_WORDS).join(' ')} `);
  return { bare: ` ${words.join(' ')} `, first: words[0]?.split(/['’-]/)[0], last: words.at(-1), runs };
});

/** True when one says what the other says already, or echoes it. */
function repeats(sentence: string, others: readonly (string | null)[]): boolean {
  const own = heard(sentence);
  return others.some((other) => {
    if (other === null) return false;
    const said = heard(other).bare;
    return said.includes(own.bare) || own.bare.includes(said) || own.runs.some((run) => said.includes(run));
  });
}

/** True when one would end with the word that the other begins with: "… for later. Later …". */
function stumbles(sentence: string, others: readonly (string | null)[]): boolean {
  const own = heard(sentence);
  return others.some((other) => other !== null && (own.first === heard(other).last || own.last === heard(other).first));
}

/** Sentences with the product's name filled in, those that name it first or last, in an order of the chooser's. */
function filled(sentences: readonly string[], material: Material, wantsProduct: boolean, choose: Chooser): string[] {
  const named: string[] = [];
  const other: string[] = [];
  for (const sentence of shuffled(sentences, choose)) {
    const text = material.fill(sentence);
    if (text === null) continue;
    (sentence.includes('{product}') === wantsProduct ? named : other).push(text);
  }
  return [...named, ...other];
}

/** The subject or title, where the channel has one. */
function composeSubject(own: TechniqueWording, material: Material, choose: Chooser): string | null {
  const { channel, wording } = material;
  if (channel !== 'email' && channel !== 'push') return null;
  const isGood = (subject: string) =>
    lengthOf(subject) <= SUBJECT_CHARACTERS[channel] && !material.holdsForbidden(subject);
  const found =
    [...filled(own.subjects, material, true, choose), material.callToAction].find(isGood) ??
    Object.values(wording.techniques)
      .flatMap((entry) => entry.subjects.slice(-1))
      .find(isGood);
  if (found === undefined && channel === 'email') throw writerFailures.writer_brief_conflict();
  return found ?? null;
}

/** The line behind an email's subject: the technique's own, or another's where must_avoid forbids that. */
function composePreheader(own: TechniqueWording, subject: string | null, material: Material): string | null {
  if (material.channel !== 'email') return null;
  const isGood = (line: string) => !material.holdsForbidden(line) && !repeats(line, [subject]);
  return (
    own.preheaders.find(isGood) ??
    Object.values(material.wording.techniques)
      .flatMap((entry) => entry.preheaders)
      .find(isGood) ??
    null
  );
}

/** A required phrase as a sentence, with nothing changed inside it. */
function noteOf(phrase: string, material: Material): string {
  const leadIn = /^\p{Lu}/u.test(phrase)
    ? ''
    : (material.wording.leadIns.find((entry) => !material.holdsForbidden(entry)) ?? '');
  return `${leadIn}${phrase}${/[.!?…]$/.test(phrase) || /https?:\S+$/.test(phrase) ? '' : '.'}`;
}

/** Required phrases that a text does not have, each once, none that stands inside another. */
function missingFrom(text: string, phrases: readonly string[]): string[] {
  return phrases
    .filter((phrase) => !text.includes(phrase))
    .filter(
      (phrase, index, all) =>
        !all.some((other, at) => at !== index && other.includes(phrase) && (other !== phrase || at < index)),
    );
}

/** The pool as one variant sees it: each variant begins at another entry, so that no two of them share one. */
const turned = (pool: readonly string[], turn: number) => pool.map((_, at) => pool[(at + turn) % pool.length] ?? '');

/**
 * Writes one text: first what the brief demands, then, while there is room, the sentence that carries the technique, the
 * greeting, and the rest. `turn` is the number of the variant with the segment's own beginning, `seed` decides the rest. Throws writer_cannot_fit
 * when the demands alone are too long, writer_brief_conflict when they contradict each other.
 */
export function compose(
  id: TechniqueId,
  material: Material,
  segment: Segment,
  turn: number,
  seed: string,
  maxLength: number,
  isCareful = false,
): { subject: string | null; preheader: string | null; message: string } {
  const { ask, isRoomy, isShort, wording, tone } = material;
  const choose = createChooser(seed);
  const own: TechniqueWording = wording.techniques[id];
  const missing = missingFrom(ask, material.mustInclude);
  const slots: Slots = {
    greeting: null,
    prelude: null,
    lead: null,
    aside: null,
    body: null,
    bridge: null,
    closer: null,
    notes: missing.map((phrase) => noteOf(phrase, material)),
  };
  const demanded = assemble(slots, material);
  if (lengthOf(demanded) > maxLength)
    throw writerFailures.writer_cannot_fit({
      message: `What the message must include needs ${lengthOf(demanded)} characters on ${material.channel}, and it may have ${maxLength}. Raise max_length, or shorten must_include, call_to_action or link.`,
    });
  if (material.isForbidden(demanded)) throw writerFailures.writer_brief_conflict();
  const subject = composeSubject(own, material, choose);

  const take = (slot: Exclude<keyof Slots, 'notes'>, candidates: readonly string[]) => {
    const said = [slots.lead, slots.aside, slots.body, isRoomy ? null : subject];
    const around = [slots.prelude, slots.lead, slots.aside, slots.body, slots.bridge, material.callToAction];
    slots[slot] =
      candidates.find((candidate) => {
        if (material.holdsForbidden(candidate) || repeats(candidate, said)) return false;
        if (stumbles(candidate, around)) return false;
        const text = assemble({ ...slots, [slot]: candidate }, material);
        return material.fits(text) && !(isCareful && material.isForbidden(text));
      }) ?? null;
  };
  const hasParagraphs = isRoomy || material.channel === 'in_app';
  const isBare = isShort || tone === 'plain';
  const namedAlready =
    material.product !== null && `${ask} ${hasParagraphs ? '' : (subject ?? '')}`.includes(material.productName);
  const hooks = filled(own.hooks, material, hasParagraphs || !namedAlready, choose);
  if (isShort) hooks.sort((left, right) => left.length - right.length);
  take('lead', hasParagraphs && !isBare ? [...filled(own.openers, material, true, choose), ...hooks] : hooks);
  take(
    'greeting',
    turned(
      material.greetings.flatMap(({ full, compact }) => (isRoomy ? [full] : [compact])),
      turn,
    ),
  );
  if (!isShort) {
    const isPush = material.channel === 'push';
    if (tone !== 'plain' && material.wording.bridges.length > 0 && !/^\p{Ll}/u.test(material.callToAction))
      take('bridge', turned(wording.bridges, turn));
    // A notification is read at a glance: there, less is more.
    if (!isPush && material.channel !== 'whatsapp' && tone !== 'plain') take('body', shuffled(own.bodies, choose));
    const line = hasParagraphs ? segment.sentence(turn) : null;
    if (line !== null && slots.lead !== null) take(line.slot, [line.text]);
    if (slots.prelude === null && isRoomy && slots.lead !== null) take('prelude', turned(wording.openings, turn));
    if (isRoomy && tone !== 'plain')
      take('closer', [...turned(wording.signOffs, turn), ...shuffled(own.closers, choose)]);
  }
  // A required phrase that the sentences happen to contain need not stand there twice.
  const withoutNotes = assemble({ ...slots, notes: [] }, material);
  slots.notes = missingFrom(withoutNotes, missing).map((phrase) => noteOf(phrase, material));
  // Shaping the name is worth whatever room is left, but no sentence.
  const shaped = material.greetings.find((greeting) => greeting.compact === slots.greeting);
  if (shaped !== undefined && !isRoomy) take('greeting', [shaped.full, shaped.compact]);
  const message = assemble(slots, material);
  // Rarely a forbidden phrase arises only where two sentences meet: then every step looks at the whole text.
  if (!isCareful && material.isForbidden(message)) return compose(id, material, segment, turn, seed, maxLength, true);
  return { subject, preheader: composePreheader(own, subject, material), message };
}
