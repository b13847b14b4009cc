import { FRENCH_MOTIVES } from './french-motives.ts';
import { FRENCH_PROGRESS } from './french-progress.ts';
import type { Library, ToneWording } from './wording.ts';

const greet = (word: string, fallback: string) => ({
  paragraph: `${word} {name},`,
  line: `${word} {name} !`,
  fallback,
});
const NONE: ToneWording = {
  greetings: [greet('Bonjour', '[à toi|à vous]')],
  openings: [],
  bridges: [],
  signOffs: [],
};

/** A name, or a noun with its article: "Livret Horizon" and "notre contrat", but not "contrat annuel". */
const DETERMINED = /^(\p{Lu}|\d|(les?|la|une?|des|nos|notre|vos|votre|ton|ta|tes|mes|cette|ces?) |l[’'])/u;

/**
 * French: tu for close and vous for polite address. The product never stands behind "de" or "à", which would merge with its
 * article. Signs of two parts and guillemets keep a no-break space (Lexique des règles typographiques en usage à
 * l'Imprimerie nationale); the thin one is missing in many mail fonts, so the common one stands everywhere.
 */
export const french: Library = {
  tones: {
    neutral: NONE,
    plain: NONE,
    friendly: {
      greetings: [greet('Bonjour', '[à toi|à vous]'), greet('Salut', '[à toi|à vous]')],
      openings: [
        'Quel plaisir de [te|vous] retrouver.',
        'Nous espérons que tout va bien pour [toi|vous].',
        'Voici quelques lignes écrites avec plaisir.',
        'Merci de prendre un instant avec nous.',
        'Un petit mot de toute l’équipe.',
      ],
      bridges: [
        'Par ici.',
        'Quand [tu veux|vous voulez].',
        'Avec plaisir.',
        '[Viens|Venez] voir.',
        'La suite est ici.',
      ],
      signOffs: [
        'À très bientôt.',
        '[Passe|Passez] une belle journée.',
        '[Prends|Prenez] bien soin de [toi|vous].',
        'Bien à [toi|vous], avec le sourire',
        'Toujours heureux de [te|vous] lire.',
      ],
    },
    playful: {
      greetings: [greet('Hello', '[à toi|à vous]'), greet('Salut', '[à toi|à vous]')],
      openings: [
        'Toc, toc. Nous revoilà.',
        'Psst, ceci est pour [toi|vous].',
        'Roulement de tambour.',
        'Petite pause dans la journée.',
        'Et maintenant, levons le rideau.',
      ],
      bridges: ['Tadam.', 'À [toi|vous] de jouer.', 'C’est parti.', 'Que la fête commence.', 'En piste.'],
      signOffs: [
        'Fin de la transmission.',
        'C’était le plus court spectacle de la semaine.',
        'Bravo d’avoir lu jusqu’ici.',
        'Et maintenant, retour à la vie normale.',
        'On salue et on referme le rideau.',
      ],
    },
    formal: {
      greetings: [greet('Bonjour', 'chère cliente, cher client')],
      openings: [
        'Nous souhaitons attirer [ton|votre] attention sur ce qui suit.',
        'Nous avons le plaisir de nous adresser à [toi|vous].',
        '[Permets|Permettez]-nous de [te|vous] présenter ce sujet.',
        'Nous [te|vous] remercions par avance de [ton|votre] attention.',
        'Par ce message, nous tenons à [te|vous] présenter une possibilité.',
      ],
      bridges: [
        'Nous [t’|vous ]y invitons.',
        '[Tu peux|Vous pouvez] poursuivre ainsi.',
        'La suite se présente ainsi.',
        'Nous [te|vous] laissons le choix.',
        '[Tu peux|Vous pouvez] continuer ici.',
      ],
      signOffs: [
        'Nous [te|vous] remercions de [ton|votre] attention.',
        'Nous restons à [ta|votre] entière disposition.',
        'Avec nos salutations distinguées',
        'Nous [te|vous] remercions de [ta|votre] confiance.',
        'Bien cordialement',
      ],
    },
    urgent: {
      greetings: [greet('Bonjour', '[à toi|à vous]')],
      openings: [
        'Mieux vaut régler ceci dès aujourd’hui.',
        '[Place|Placez] ceci en haut de la liste.',
        'Ici, une décision prompte est utile.',
        'Allons droit au but.',
        '[Prends|Prenez] un instant pour cela maintenant.',
      ],
      bridges: ['À faire maintenant.', 'Dès aujourd’hui.', 'Sans détour.', 'À faire en premier.', 'Droit au but.'],
      signOffs: [
        'Ce qui est fait aujourd’hui ne sera plus à faire demain.',
        'Une fois fait, on n’y pense plus.',
        'Le bon moment, c’est celui-ci.',
        'Merci de ne pas remettre à plus tard.',
        'Aujourd’hui est un bon jour pour cela.',
      ],
    },
  },
  standing: {
    new: [
      '[Tu es|Vous êtes] avec nous depuis peu : ceci est peut-être nouveau pour [toi|vous].',
      '[Tu nous as|Vous nous avez] rejoints il n’y a pas si longtemps, voici donc une présentation.',
      'Notre histoire commune est encore jeune, alors faisons connaissance.',
      'Comme [tu nous connais|vous nous connaissez] depuis peu, voici un repère utile.',
      'Quand on n’est pas là depuis longtemps, on ne connaît pas forcément tout.',
    ],
    long: [
      '[Tu es|Vous êtes] avec nous depuis longtemps, et cela compte beaucoup pour nous.',
      '[Ta|Votre] fidélité nous touche, et nous tenions à [te|vous] le dire.',
      'Après tant d’années ensemble, quelques mots suffisent.',
      'Voilà un bon moment que l’on se connaît, et c’est une belle raison d’écrire.',
      'Une si longue route ensemble, cela ne va pas de soi.',
    ],
  },
  asides: {
    adds: [
      'Aujourd’hui, [tu as|vous avez] {holding}. Voyons ce qui irait bien avec.',
      '[Pense|Pensez] aussi à {holding} en regardant.',
      'À côté de {holding}, il reste peut-être une place.',
      'Comment cela irait-il avec {holding} ?',
      '[Garde|Gardez] {holding} en tête pendant la lecture.',
    ],
    replaces: [
      'Pour comparer, voici ce que [tu as|vous avez] aujourd’hui : {holding}.',
      '[Mets|Mettez] {holding} juste à côté, et [compare|comparez].',
      'Que vaut {holding} en face ?',
      '[Prends|Prenez] le temps de comparer avec {holding}.',
      'Et qu’est-ce qui plaide encore pour {holding} ?',
    ],
  },
  leadIns: ['Bon à savoir : ', 'À noter : ', 'Note : '],
  askLeadIns: ['La suite : ', 'Maintenant : '],
  techniques: { ...FRENCH_PROGRESS, ...FRENCH_MOTIVES },
  standsFreely: (product) => DETERMINED.test(product),
  named: (product) => product,
  afterGreeting: (sentence) => sentence,
  holding: (value) => `«\u00a0${value}\u00a0»`,
  typeset: (text) =>
    text
      .replaceAll("'", '’')
      .replace(/ (?=[?!;:»])/g, '\u00a0')
      .replace(/« /g, '«\u00a0'),
  colon: '\u00a0: ',
};
