import { SPANISH_MOTIVES } from './spanish-motives.ts';
import { SPANISH_PROGRESS } from './spanish-progress.ts';
import type { Library, ToneWording } from './wording.ts';

const greet = (word: string, fallback: string) => ({
  paragraph: `${word}, {name}:`,
  line: `¡${word}, {name}!`,
  fallback,
});
const NONE: ToneWording = {
  greetings: [greet('Hola', 'qué tal')],
  openings: [],
  bridges: [],
  signOffs: [],
};

/** A name, or a noun with its article: "Cuenta Ahorro" and "nuestro contrato", but not "contrato anual". */
const DETERMINED = /^(\p{Lu}|\d|(el|la|los|las|un|una|unos|unas|nuestr[oa]s?|tus?|sus?|mis?|est[aeo]s?) )/u;

/** Spanish: tú for close and usted for polite address. The product never stands behind "de" or "a", which would merge with its article. */
export const spanish: Library = {
  tones: {
    neutral: NONE,
    plain: NONE,
    friendly: {
      greetings: [greet('Hola', 'qué tal')],
      openings: [
        'Qué alegría volver a escribir[te|le].',
        'Esperamos que todo vaya bien.',
        'Aquí van unas líneas escritas con cariño.',
        'Gracias por dedicarnos un momento.',
        'Unas palabras amables de nuestra parte.',
      ],
      bridges: [
        'Por aquí.',
        'Cuando [quieras|quiera].',
        'Con mucho gusto.',
        '[Ven|Venga] a verlo.',
        'El camino es este.',
      ],
      signOffs: [
        'Hasta muy pronto.',
        'Que [tengas|tenga] un día estupendo.',
        '[Cuídate|Cuídese] mucho.',
        'Un abrazo de todo el equipo',
        'Siempre nos alegra saber de [ti|usted].',
      ],
    },
    playful: {
      greetings: [greet('Ey', 'qué tal'), greet('Hola', 'qué tal')],
      openings: [
        'Toc, toc. Somos nosotros.',
        'Psst, esto es para [ti|usted].',
        'Redoble de tambores.',
        'Una pausa en medio del día.',
        'Se abre el telón.',
      ],
      bridges: ['Tachán.', '[Te|Le] toca.', 'Preparados, listos.', 'Luces, cámara, acción.', 'Y ahora, a escena.'],
      signOffs: [
        'Fin de la transmisión.',
        'Ha sido el espectáculo más corto de la semana.',
        '[Choca|Choque] esos cinco por leer hasta aquí.',
        'Y ahora, de vuelta a la rutina.',
        'Saludamos y cerramos el telón.',
      ],
    },
    formal: {
      greetings: [greet('Buenos días', 'estimado/a cliente')],
      openings: [
        'Nos dirigimos a [ti|usted] para informar[te|le] de lo siguiente.',
        'Deseamos señalar[te|le] el asunto siguiente.',
        '[Permite|Permita] que [te|le] presentemos este asunto.',
        'Agradecemos de antemano [tu|su] atención.',
        'Por la presente queremos presentar[te|le] una posibilidad.',
      ],
      bridges: [
        '[Te|Le] invitamos a ello.',
        '[Puedes|Puede] continuar como sigue.',
        'El paso siguiente es este.',
        'Lo dejamos en [tus|sus] manos.',
        '[Puedes|Puede] proceder como sigue.',
      ],
      signOffs: [
        'Agradecemos [tu|su] atención.',
        'Quedamos a [tu|su] disposición.',
        'Un cordial saludo',
        'Agradecemos [tu|su] confianza.',
        'Atentamente',
      ],
    },
    urgent: {
      greetings: [greet('Hola', 'qué tal')],
      openings: [
        'Esto conviene hacerlo hoy.',
        '[Ponlo|Póngalo] en el primer lugar de la lista.',
        'Es mejor decidir pronto.',
        'Vamos al grano.',
        '[Dedica|Dedique] un momento a esto ahora.',
      ],
      bridges: ['Mejor ahora.', 'Hoy mismo.', 'Sin rodeos.', 'Lo primero.', 'Al grano.'],
      signOffs: [
        'Lo que se hace hoy, mañana ya no pesa.',
        'Una vez hecho, hecho está.',
        'El mejor momento es este.',
        'Por favor, que no se quede pendiente.',
        'Hoy es un buen día para hacerlo.',
      ],
    },
  },
  standing: {
    new: [
      '[Llevas|Lleva] poco tiempo con nosotros, así que quizá esto sea nuevo para [ti|usted].',
      'Hace poco que [estás|está] con nosotros, y quizá quede algo por conocer.',
      'Quien lleva poco tiempo aquí no tiene por qué conocerlo todo.',
      'Todavía nos estamos conociendo, y esto puede ayudar.',
      '[Llegaste|Llegó] no hace tanto, y nos gusta mostrar el camino.',
    ],
    long: [
      '[Llevas|Lleva] mucho tiempo con nosotros, y lo tenemos muy presente.',
      '[Tu|Su] fidelidad significa mucho para nosotros.',
      'Después de tantos años juntos, bastan pocas palabras.',
      'Nos conocemos desde hace tiempo, y es un buen motivo para escribir[te|le].',
      'Un camino tan largo juntos no se da por hecho.',
    ],
  },
  asides: {
    adds: [
      'Hoy [tienes|tiene] {holding}. ¿Qué encajaría bien?',
      '[Ten|Tenga] presente {holding} al mirarlo.',
      'Junto a {holding} quizá quede sitio.',
      '¿Qué tal iría con {holding}?',
      '[Piensa|Piense] también en {holding}.',
    ],
    replaces: [
      'Para comparar: hoy [tienes|tiene] {holding}.',
      '[Pon|Ponga] {holding} al lado y [compara|compare].',
      '¿Cómo queda {holding} en la comparación?',
      '[Compáralo|Compárelo] con calma con {holding}.',
      '¿Qué razones quedan a favor de {holding}?',
    ],
  },
  leadIns: ['Conviene saberlo: ', 'Nota: ', 'Aviso: '],
  askLeadIns: ['El paso siguiente: ', 'Ahora: '],
  techniques: { ...SPANISH_PROGRESS, ...SPANISH_MOTIVES },
  standsFreely: (product) => DETERMINED.test(product),
  named: (product) => product,
  afterGreeting: (sentence) => sentence,
  holding: (value) => `«${value}»`,
  typeset: (text) => text,
  colon: ': ',
};
