import { type Finding, type Piece, warning } from '../finding.ts';
import { folded } from './words.ts';

/** Words that hurry readers, without accents, in English, German, French and Spanish. */
const HURRY =
  /\b(?:act (?:now|fast)|hurry(?: up)?|last (?:chance|call)|only today|today only|ends (?:soon|today|tonight)|while (?:stocks|supplies) last|(?:don.?t|do not) miss (?:out|this)|limited[- ]time|before it.?s too late|expires (?:soon|today)|final hours|jetzt zugreifen|nur (?:noch )?heute|letzte (?:chance|gelegenheit)|nur (?:noch )?(?:kurze|wenige) (?:zeit|tage|stunden)|solange (?:der )?vorrat reicht|beeil(?:en sie sich|e? dich)|schnell sein|lohnt sich schnell|verpassen sie (?:nicht|keinesfalls)|endet (?:bald|heute)|depechez[- ]vous|derniere (?:chance|occasion|minute)|derniers jours|(?:seulement |uniquement )?aujourd.?hui seulement|ne (?:manquez|ratez) pas|offre (?:a duree )?limitee|duree limitee|jusqu.?a epuisement|date[sz]? prisa|dese prisa|ultima (?:oportunidad|hora)|ultimas horas|ultimos dias|solo (?:por )?hoy|no (?:te|se) lo pierda[s]?|tiempo limitado|hasta agotar|termina (?:hoy|pronto))\b/;
const MONTHS =
  'jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|fevrier|mar(?:ch|s)?|marz|maerz|apr(?:il)?|avril|may|mai|jun[ei]?|juin|jul[yi]?|juillet|aug(?:ust)?|aout|sep(?:t|tember)?|septembre|o[ck]t(?:ober|obre)?|nov(?:ember|embre)?|de[cz](?:ember|embre)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre';
const DAYS =
  'monday|tuesday|wednesday|thursday|friday|saturday|sunday|midnight|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|mitternacht|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|minuit|lunes|martes|miercoles|jueves|viernes|sabado|domingo|medianoche';
const ENDS_ON =
  '(?:until|till|by|before|on|bis|vor|am|jusqu.?au?|avant|hasta|antes)(?: (?:the|el|la|le|du|del|de|zum|end of))?';
/** A date, or a day that something ends on. */
const DEADLINE = new RegExp(
  [
    '\\b\\d{4}-\\d{2}-\\d{2}\\b',
    '\\b\\d{1,2}\\.\\d{1,2}\\.',
    '\\b\\d{1,2}/\\d{1,2}/\\d{2,4}\\b',
    `\\b\\d{1,2}(?:st|nd|rd|th|er|\\.)?(?: de| of)? (?:${MONTHS})\\b`,
    `\\b(?:${MONTHS}) \\d{1,2}\\b`,
    `\\b${ENDS_ON} (?:${DAYS}|tomorrow|tonight|\\d{1,2}[./]\\d{1,2})\\b`,
  ].join('|'),
);

/** True for a brief that says when the offer ends, or hurries readers in its own words. */
export function statesDeadline(briefText: string): boolean {
  const plain = folded(briefText).replace(/\s+/g, ' ');
  return HURRY.test(plain) || DEADLINE.test(plain);
}

/** Hurry that nothing stands behind: an aggressive practice of which the reader cannot know (2005/29/EC, annex I no. 7). */
export function falseUrgency(pieces: readonly Piece[], deadlineStated: boolean): Finding[] {
  if (deadlineStated || !pieces.some(({ plain }) => HURRY.test(folded(plain).replace(/\s+/g, ' ')))) return [];
  return [
    warning('false_urgency', 'The text hurries its readers, but the brief names no deadline.', {
      fix: 'Take the hurry out, or name the deadline in the brief.',
    }),
  ];
}
