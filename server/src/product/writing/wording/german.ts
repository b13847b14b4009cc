import { GERMAN_MOTIVES } from './german-motives.ts';
import { GERMAN_PROGRESS } from './german-progress.ts';
import type { Library, ToneWording } from './wording.ts';

const greet = (word: string, fallback: string) => ({
  paragraph: `${word} {name}!`,
  line: `${word} {name}!`,
  fallback,
});
const NONE: ToneWording = {
  greetings: [greet('Hallo', 'und guten Tag'), greet('Guten Tag', 'liebe Kundin, lieber Kunde')],
  openings: [],
  bridges: [],
  signOffs: [],
};

/** German: du for close and Sie for polite address. The product stands as a nominative or behind a colon: it is never declined. */
export const german: Library = {
  tones: {
    neutral: NONE,
    plain: { ...NONE, greetings: [greet('Guten Tag', 'liebe Kundin, lieber Kunde')] },
    friendly: {
      greetings: [greet('Hallo', 'und schönen Tag'), greet('Hi', 'und schönen Tag')],
      openings: [
        'Schön, dass [du|Sie] das hier [liest|lesen].',
        'Heute kommen ein paar nette Zeilen von uns.',
        'Wir hoffen, es geht [dir|Ihnen] gut.',
        'Schön, dass wir wieder einmal schreiben dürfen.',
        'Das hier haben wir gern geschrieben.',
      ],
      bridges: [
        'Hier entlang.',
        'Wann immer [du magst|Sie mögen].',
        'Wir freuen uns.',
        '[Schau|Schauen Sie] vorbei.',
        'So geht es weiter.',
      ],
      signOffs: [
        'Alles Gute und bis bald.',
        '[Hab|Haben Sie] einen schönen Tag.',
        'Liebe Grüße von uns allen',
        '[Lass|Lassen Sie] es [dir|sich] gut gehen.',
        'Wir sind gern für [dich|Sie] da.',
      ],
    },
    playful: {
      greetings: [greet('Hey', 'und hallo'), greet('Hi', 'und hallo')],
      openings: [
        'Klopf, klopf. Wir sind es.',
        'Psst, das hier ist für [dich|Sie].',
        'Trommelwirbel, bitte.',
        'Einmal kurz Luft holen.',
        'Vorhang auf.',
      ],
      bridges: ['Tadaa.', 'Auf die Plätze, fertig.', '[Dein|Ihr] Stichwort.', 'Bühne frei.', 'Und jetzt [du|Sie].'],
      signOffs: [
        'Ende der Durchsage.',
        'Das war die kürzeste Show der Woche.',
        'High five fürs Lesen.',
        'Und jetzt zurück zum Alltag.',
        'Wir sagen tschüss und winken.',
      ],
    },
    formal: {
      greetings: [greet('Guten Tag', 'liebe Kundin, lieber Kunde')],
      openings: [
        'Wir möchten [dich|Sie] auf Folgendes aufmerksam machen.',
        'Mit dieser Nachricht möchten wir [dich|Sie] kurz informieren.',
        'Wir bitten um einen Moment [deiner|Ihrer] Aufmerksamkeit.',
        '[Gestatte|Gestatten Sie] uns einen Hinweis.',
        'Wir wenden uns heute an [dich|Sie].',
      ],
      bridges: [
        'Wir laden [dich|Sie] dazu ein.',
        '[Du kannst|Sie können] wie folgt fortfahren.',
        'Der nächste Schritt lautet wie folgt.',
        'Den nächsten Schritt überlassen wir [dir|Ihnen].',
        'Hier [kannst du|können Sie] fortfahren.',
      ],
      signOffs: [
        'Wir danken für [deine|Ihre] Aufmerksamkeit.',
        'Wir stehen [dir|Ihnen] gern zur Verfügung.',
        'Mit freundlichen Grüßen',
        'Wir danken für [dein|Ihr] Vertrauen.',
        'Über [deine|Ihre] Rückmeldung würden wir uns freuen.',
      ],
    },
    urgent: {
      greetings: [greet('Hallo', 'und guten Tag')],
      openings: [
        'Das erledig[st du|en Sie] am besten heute.',
        'Bitte setz[e|en Sie] das ganz oben auf die Liste.',
        'Eine zügige Entscheidung hilft hier.',
        'Wir kommen gleich zur Sache.',
        'Bitte [nimm|nehmen Sie] [dir|sich] jetzt einen Moment.',
      ],
      bridges: ['Am besten jetzt.', 'Gleich heute.', 'Ohne Umweg.', 'Bitte als Erstes.', 'Direkt zur Sache.'],
      signOffs: [
        'Heute erledigt heißt morgen vom Tisch.',
        'Jetzt getan ist getan.',
        'Bitte nicht liegen lassen.',
        'Heute ist ein guter Tag dafür.',
        'Der beste Moment dafür ist dieser.',
      ],
    },
  },
  standing: {
    new: [
      '[Du bist|Sie sind] noch nicht lange bei uns, daher ist das vielleicht neu für [dich|Sie].',
      '[Du bist|Sie sind] erst seit Kurzem bei uns, deshalb stellen wir heute etwas vor.',
      'Manches ist am Anfang noch unbekannt, darum dieser Hinweis.',
      '[Du hast|Sie haben] vor nicht allzu langer Zeit zu uns gefunden, und wir zeigen gern, was es gibt.',
      'Wer noch nicht lange dabei ist, muss noch nicht alles kennen.',
    ],
    long: [
      '[Du bist|Sie sind] schon lange bei uns, und das ist für uns nicht selbstverständlich.',
      'Dass [du|Sie] uns so lange die Treue [hältst|halten], bedeutet uns viel.',
      'Wir kennen uns nun schon eine ganze Weile, da genügen wenige Worte.',
      'Nach so langer Zeit sagen wir [dir|Ihnen] das gern selbst.',
      'So viele gemeinsame Jahre sind ein guter Grund, [dir|Ihnen] zu schreiben.',
    ],
  },
  asides: {
    adds: [
      'Heute [hast du|haben Sie] {holding}. Was passt gut dazu?',
      '[Denk|Denken Sie] dabei auch an {holding}.',
      'Neben {holding} ist vielleicht noch Platz.',
      'Wie gut verträgt sich das mit {holding}?',
      '[Behalte|Behalten Sie] beim Lesen {holding} im Kopf.',
    ],
    replaces: [
      'Zum Vergleich: Heute [hast du|haben Sie] {holding}.',
      '[Leg|Legen Sie] {holding} einmal daneben.',
      'Wie schneidet {holding} dagegen ab?',
      '[Vergleiche|Vergleichen Sie] in Ruhe mit {holding}.',
      'Und was spricht weiterhin für {holding}?',
    ],
  },
  leadIns: ['Gut zu wissen: ', 'Hinweis: ', 'Wichtig: '],
  askLeadIns: ['Der nächste Schritt: ', 'Jetzt: '],
  techniques: { ...GERMAN_PROGRESS, ...GERMAN_MOTIVES },
  standsFreely: () => false,
  named: (product) => product,
  afterGreeting: (sentence) => sentence,
  holding: (value) => `„${value}“`,
  typeset: (text) => text.replaceAll("'", '’'),
  colon: ': ',
};
