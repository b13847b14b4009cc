import { withFallbacks } from '../checks/rules/wording.ts';
import { parseTemplate, tagsOf } from '../merge-tags/template.ts';
import { type Chooser, shuffled } from './chooser.ts';
import type { Material } from './material.ts';
import type { TechniqueId } from './techniques.ts';
import type { Wording } from './wording/wording.ts';
import { writerFailures } from './writer.ts';

/** Characters kept free for each merge tag: a real name is often longer than its fallback. */
const TAG_MARGIN = 10;
const SUBJECT_CHARACTERS = { email: 60, push: 40 } as const;

/**
 * Characters a text must be taken to have: as customers read it with a margin for each tag, and never less than it is
 * written with, so that whoever counts the template finds it short enough, too.
 */
export function lengthOf(text: string): number {
  if (!text.includes('{{')) return text.length;
  return Math.max(text.length, withFallbacks(text).length + TAG_MARGIN * tagsOf(parseTemplate(text).parts).length);
}

type Slots = {
  greeting: string | null;
  /** Goes before the lead: how long they have been there. */
  prelude: string | null;
  lead: string | null;
  /** Goes behind the lead: what they have. */
  aside: string | null;
  body: string | null;
  closer: string | null;
  notes: readonly string[];
};

/** Puts what there is in reading order: paragraphs where the channel has room, one line of sentences where not. */
function assemble(slots: Slots, material: Material): string {
  const { greeting, prelude, lead, aside, body, closer, notes } = slots;
  const { ask, isRoomy, wording } = material;
  const isPresent = (text: string | null) => text !== null && text !== '';
  if (isRoomy) {
    const first = [prelude, lead, aside].filter(isPresent).join(' ');
    return [greeting, first, body, ask, closer, notes.join(' ')].filter(isPresent).join('\n\n');
  }
  const opening =
    greeting !== null && lead !== null ? `${greeting} ${wording.afterGreeting(lead)}` : (lead ?? greeting);
  return [prelude, opening, aside, body, ask, closer, ...notes].filter(isPresent).join(' ');
}

/** So many words in a row in two sentences sound like an echo. */
const ECHO_WORDS = 4;
const bare = (sentence: string) => ` ${sentence.toLowerCase().replace(/[.,?!:]+(?= |$)/g, '')} `;

/** True when one says what the other says already, or echoes it. */
function repeats(sentence: string, others: readonly (string | null)[]): boolean {
  const own = bare(sentence);
  const words = own.trim().split(' ');
  return others.some((other) => {
    if (other === null) return false;
    const said = bare(other);
    if (said.includes(own) || own.includes(said)) return true;
    return words.some(
      (_, at) => at + ECHO_WORDS <= words.length && said.includes(` ${words.slice(at, at + ECHO_WORDS).join(' ')} `),
    );
  });
}

/** Sentences with the product's name filled in, those that name it first or last. */
function filled(sentences: readonly string[], material: Material, wantsProduct: boolean, choose: Chooser): string[] {
  const names = (sentence: string) => sentence.includes('{product}');
  const usable = shuffled(sentences, choose).filter((sentence) => !names(sentence) || material.product !== null);
  return [
    ...usable.filter((sentence) => names(sentence) === wantsProduct),
    ...usable.filter((sentence) => names(sentence) !== wantsProduct),
  ].map((sentence) => sentence.replaceAll('{product}', () => material.product ?? ''));
}

/** The subject or title, where the channel has one. */
function composeSubject(id: TechniqueId, material: Material, choose: Chooser): string | null {
  const { channel } = material;
  if (channel !== 'email' && channel !== 'push') return null;
  const { wording } = material;
  const others = Object.values(wording.techniques).flatMap((entry) => entry.subjects.slice(-1));
  const candidates = [
    ...filled(wording.techniques[id].subjects, material, true, choose),
    material.callToAction,
    ...others,
  ];
  const found = candidates.find(
    (subject) => lengthOf(subject) <= SUBJECT_CHARACTERS[channel] && !material.isForbidden(subject),
  );
  if (found === undefined && channel === 'email') throw writerFailures.writer_brief_conflict();
  return found ?? null;
}

/** A required phrase as a sentence, with nothing changed inside it. */
function noteOf(phrase: string, material: Material): string {
  const leadIn = /^\p{Lu}/u.test(phrase)
    ? ''
    : (material.wording.leadIns.find((entry) => !material.isForbidden(entry)) ?? '');
  return `${leadIn}${phrase}${/[.!?…]$/.test(phrase) || /https?:\S+$/.test(phrase) ? '' : '.'}`;
}

/** One sentence of the segment's own: how long its customers have been there, or what they have. */
function segmentSentence(material: Material, choose: Chooser): { slot: 'prelude' | 'aside'; text: string } | null {
  const { wording, angle, holding, replaces } = material;
  const standing = angle.saidStanding === null ? [] : (wording.standing[angle.saidStanding] ?? []);
  const about = holding === null ? [] : wording.asides[replaces ? 'replaces' : 'adds'];
  const sentences = [
    ...standing.map((text) => ({ slot: 'prelude' as const, text })),
    ...about.map((text) => ({ slot: 'aside' as const, text: text.replaceAll('{holding}', () => holding ?? '') })),
  ];
  return sentences[choose(Math.max(1, sentences.length))] ?? null;
}

/**
 * Writes one text: first what the brief demands, then, while there is room, the sentence that carries the technique, the
 * greeting, and the rest. Throws writer_cannot_fit when the demands alone are too long, writer_brief_conflict when they
 * contradict each other.
 */
export function compose(
  id: TechniqueId,
  material: Material,
  choose: Chooser,
): { subject: string | null; message: string } {
  const { ask, isRoomy, isShort, maxLength } = material;
  const sentences: Wording['techniques'][TechniqueId] = material.wording.techniques[id];
  const missing = material.mustInclude.filter((phrase) => !ask.includes(phrase));
  const slots: Slots = {
    greeting: null,
    prelude: null,
    lead: null,
    aside: null,
    body: null,
    closer: null,
    notes: missing.map((phrase) => noteOf(phrase, material)),
  };
  const demanded = assemble(slots, material);
  if (lengthOf(demanded) > maxLength)
    throw writerFailures.writer_cannot_fit({
      message: `What the message must include needs ${lengthOf(demanded)} characters on ${material.channel}, and it may have ${maxLength}. Raise max_length, or shorten must_include, call_to_action or link.`,
    });
  if (material.isForbidden(demanded)) throw writerFailures.writer_brief_conflict();
  const subject = composeSubject(id, material, choose);

  const take = (slot: Exclude<keyof Slots, 'notes'>, candidates: readonly string[]) => {
    const said = [slots.lead, slots.aside, slots.body, isRoomy ? null : subject];
    slots[slot] =
      candidates.find((candidate) => {
        if (repeats(candidate, said)) return false;
        const text = assemble({ ...slots, [slot]: candidate }, material);
        return lengthOf(text) <= maxLength && !material.isForbidden(text);
      }) ?? null;
  };
  const hasParagraphs = isRoomy || material.channel === 'in_app';
  const namedAlready =
    material.product !== null && `${ask} ${hasParagraphs ? '' : (subject ?? '')}`.includes(material.productName);
  const hooks = filled(sentences.hooks, material, hasParagraphs || !namedAlready, choose);
  if (isShort) hooks.sort((left, right) => left.length - right.length);
  take('lead', hasParagraphs && !isShort ? [...filled(sentences.openers, material, true, choose), ...hooks] : hooks);
  take(
    'greeting',
    material.greetings.flatMap(({ full, compact }) => (isRoomy ? [full, compact] : [compact])),
  );
  if (!isShort) {
    // A notification is read at a glance: there, less is more.
    if (material.channel !== 'push') take('body', shuffled(sentences.bodies, choose));
    const own = hasParagraphs ? segmentSentence(material, choose) : null;
    if (own !== null && slots.lead !== null) take(own.slot, [own.text]);
    if (isRoomy) take('closer', shuffled(sentences.closers, choose));
  }
  // A required phrase that the sentences happen to contain need not stand there twice.
  const withoutNotes = assemble({ ...slots, notes: [] }, material);
  slots.notes = missing
    .filter((phrase) => !withoutNotes.includes(phrase))
    .filter(
      (phrase, index, all) =>
        !all.some((other, at) => at !== index && other.includes(phrase) && (other !== phrase || at < index)),
    )
    .map((phrase) => noteOf(phrase, material));
  // Shaping the name is worth whatever room is left, but no sentence.
  const shaped = material.greetings.find((greeting) => greeting.compact === slots.greeting);
  if (shaped !== undefined) take('greeting', [shaped.full, shaped.compact]);
  return { subject, message: assemble(slots, material) };
}
