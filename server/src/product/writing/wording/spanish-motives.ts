import type { TechniqueWording } from './wording.ts';

/** Techniques about what moves people: gain and loss, choice, trust, other people, curiosity. */
export const SPANISH_MOTIVES = {
  loss_aversion: {
    subjects: ['Para no olvidarlo: {product}', 'Antes de que se pase: {product}', 'Antes de que se olvide'],
    preheaders: ['Lo que se deja para luego se olvida pronto. Aquí va otra vez, en pocas palabras.'],
    openers: [
      'A veces uno se pierde cosas solo porque nadie miró. Aquí sería una pena: {product}.',
      'Lo que se aplaza se olvida pronto. Por eso vuelve hoy a la mesa: {product}.',
      'Sería una pena descubrir más tarde que nunca se miró con calma: {product}.',
    ],
    hooks: [
      'No lo [dejes|deje] para luego: {product}.',
      'Una pena dejarlo pasar: {product}.',
      '¿Ya visto? {product}.',
      'Luego suele acabar en nunca.',
      'Lo que se aplaza se olvida pronto.',
    ],
    bodies: [
      'No decidir también es decidir. Con una mirada ahora, la elección queda en [tus|sus] manos.',
      'Si no encaja, mirar no habrá quitado nada. Si encaja, conviene saberlo.',
      'Luego suele acabar en nunca. Por eso, aquí está el camino directo.',
    ],
    closers: [
      'Mejor mirar ahora que lamentarlo después.',
      'Una mirada, antes de que se pase.',
      'Mejor no dejarlo esperar demasiado.',
    ],
  },
  commitment: {
    subjects: [
      'En la línea de [tu|su] elección: {product}',
      '[Ya nos conoces|Ya nos conoce]. ¿Y {product}?',
      'Fiel a [tu|su] elección',
    ],
    preheaders: ['[Sabes|Sabe] lo que [te|le] va. ¿Y si esto fuera en la misma línea?'],
    openers: [
      'Una vez [nos elegiste|nos eligió]. Si fue buena decisión, esta podría ser la siguiente: {product}.',
      '[Sabes|Sabe] bien lo que importa. Con esa vara se puede medir también esto: {product}.',
      'Decidir es más fácil cuando sigue a una decisión anterior. En esa línea: {product}.',
    ],
    hooks: [
      'Una buena decisión lleva a otra: {product}.',
      'En la misma senda: {product}.',
      'Siempre fiel a lo que encaja: {product}.',
      '[Sabes|Sabe] lo que encaja.',
      'Siempre fiel a lo que encaja.',
    ],
    bodies: [
      '¿Qué [aconsejarías|aconsejaría] a un amigo en la misma situación? Ahí hay una buena guía.',
      'Si va en [tu|su] línea, el paso está claro. Si no, [déjalo|déjelo] sin más.',
      'Seguir con lo que encaja es un buen plan.',
    ],
    closers: ['Fiel a lo que [te|le] va.', 'Una buena decisión trae la siguiente.', 'Muy en [tu|su] línea.'],
  },
  reciprocity: {
    subjects: [
      'Gracias, y una propuesta: {product}',
      'Con nuestro agradecimiento: {product}',
      'Antes que nada, gracias',
    ],
    preheaders: ['Unas palabras de gracias, y algo que queríamos contar[te|le] directamente.'],
    openers: [
      'Gracias por estar con nosotros. A cambio, una propuesta: {product}.',
      'Gracias por [tu|su] confianza. A cambio seremos breves, se trata de esto: {product}.',
      'Nos alegra contar con [tu|su] compañía. Queríamos que lo [supieras|supiera] por nosotros: {product}.',
    ],
    hooks: [
      'Gracias, y una propuesta: {product}.',
      'Dándo[te|le] las gracias: {product}.',
      'Gracias, y una cosa: {product}.',
      'Gracias por estar con nosotros.',
      'Nos alegra estar a [tu|su] lado.',
    ],
    bodies: [
      '[Tu|Su] tiempo vale, así que no usaremos más del necesario.',
      'La confianza merece palabras claras, y por ahí empezamos.',
      'Nos alegraría que [te|le] resultara útil.',
    ],
    closers: ['Gracias por leer.', 'Gracias por [tu|su] confianza.', 'Es un gusto contar con [tu|su] compañía.'],
  },
  simplification: {
    subjects: ['En breve: {product}', 'Corto y claro: {product}', 'Una sola cosa, en breve'],
    preheaders: ['Un tema, un paso, y hoy no hay nada más que leer.'],
    openers: [
      'Seremos breves. Un tema y una sola cosa que hacer: {product}.',
      'Hoy no hay texto largo, solo esto: {product}.',
      'Un mensaje, un tema: {product}.',
    ],
    hooks: [
      'Hoy, solo esto: {product}.',
      'En breve: {product}.',
      'Una cosa: {product}.',
      'Hoy, una sola cosa.',
      'Corto y claro.',
    ],
    bodies: [
      'Lo que hay que hacer viene ahora. No hay más.',
      '~Leer, decidir y listo.',
      'Si apetece, se sigue aquí. Si no, aquí se acaba.',
    ],
    closers: ['Eso es todo por hoy.', 'Corto, esperamos.', 'Nada más por ahora.'],
  },
  autonomy: {
    subjects: ['[Tú eliges|Usted elige]: {product}', '[Tu|Su] decisión: {product}', 'La decisión es [tuya|suya]'],
    preheaders: ['Mirar, formarse una opinión y hacer lo que parezca mejor.'],
    openers: [
      'Solo [tú puedes|usted puede] decir si esto es para [ti|usted]: {product}.',
      'Decir que no es posible. Antes, una mirada: {product}.',
      'Nadie conoce mejor lo que [necesitas|necesita]. Para juzgar con calma: {product}.',
    ],
    hooks: [
      'Mirar y decidir: {product}.',
      '[Tuya|Suya] es la palabra: {product}.',
      'Libre de elegir: {product}.',
      'Primero mirar, luego decidir.',
      'Libre de decir que no.',
    ],
    bodies: [
      'Aquí no hay respuesta mala. Vale lo que a [ti|usted] [te|le] encaje.',
      'Sí o no, las dos respuestas nos parecen bien.',
      '[Míralo|Mírelo] por todos los lados. La decisión sigue siendo [tuya|suya].',
    ],
    closers: [
      'Pero [eres|es usted] libre de decidir otra cosa.',
      'La elección es [tuya|suya].',
      'Es [tu|su] decisión.',
    ],
  },
  relevance: {
    subjects: ['Una idea para [ti|usted]: {product}', '¿Y si fuera {product}?', 'Una idea para [ti|usted]'],
    preheaders: ['Para poner junto a [tus|sus] planes y ver dónde se encuentran.'],
    openers: [
      'Hay cosas que merecen un pensamiento aparte. Para [ti|usted], quizá sea esto: {product}.',
      'Con este tema pensamos en [ti|usted]: {product}.',
      '¿Qué cambiaría para [ti|usted]? Se trata de esto: {product}.',
    ],
    hooks: [
      '¿Encaja en [tus|sus] planes? {product}.',
      'Una propuesta para [ti|usted]: {product}.',
      '¿Y para [ti|usted]? {product}.',
      'Hemos pensado en [ti|usted].',
      'Una propuesta para [ti|usted].',
    ],
    bodies: [
      '[Imagina|Imagine] un martes cualquiera. ¿Dónde tendría sitio?',
      'Al lado de los propios planes se ve enseguida lo que coincide.',
      'No importa lo que opinen otros, sino lo que significaría para [ti|usted].',
    ],
    closers: [
      'Nadie sabe mejor dónde encaja.',
      'Queda por ver qué significa para [ti|usted].',
      '[Tu|Su] criterio es el que cuenta.',
    ],
  },
  gain_framing: {
    subjects: ['Sacarle partido: {product}', '¿Qué se gana? {product}', 'Algo para [ti|usted]'],
    preheaders: ['¿De qué [querrías|querría] tener más? Se puede empezar por ahí.'],
    openers: [
      '[Imagina|Imagine] mirar atrás con la alegría de haberlo probado. Se trata de esto: {product}.',
      '¿De qué [querrías|querría] tener más? A ver qué añade {product}.',
      'Sienta bien hacer algo por uno mismo. Hoy podría ser: {product}.',
    ],
    hooks: [
      'Lo que se gana: {product}.',
      'Para sacarle partido: {product}.',
      'Hoy, algo bueno: {product}.',
      'Hoy, algo para uno mismo.',
      'Primero, lo que se gana.',
    ],
    bodies: [
      'Empezando por lo que se gana, la decisión se ve más clara.',
      '[Apunta|Apunte] lo único que [buscas|busca]. Si está ahí, ya hay respuesta.',
      '[Busca|Busque] lo que [ganas|gana] con ello, y sin conformarse.',
    ],
    closers: [
      '[Tu|Su] yo futuro quizá lo agradezca.',
      'Por más de lo que [quieres|quiere].',
      'Se trata de lo que [quieres|quiere].',
    ],
  },
  curiosity_gap: {
    subjects: ['Una pregunta: {product}', '¿Lo [conoces|conoce]? {product}', 'Una pregunta para [ti|usted]'],
    preheaders: ['Una pregunta para pensar un momento antes de seguir leyendo.'],
    openers: [
      'Una pregunta: ¿qué se sabe de verdad y qué se cree saber? El tema: {product}.',
      'El nombre se lee rápido. ¿Y qué hay detrás? {product}.',
      '¿Qué [preguntarías|preguntaría] si solo hubiera una pregunta? El tema sería: {product}.',
    ],
    hooks: [
      '¿Lo [conoces|conoce]? {product}.',
      '¿Ganas de saber más? {product}.',
      'Una pregunta abierta: {product}.',
      'La curiosidad es un buen comienzo.',
      'Una pregunta, y la respuesta cerca.',
    ],
    bodies: [
      'La respuesta está a una mirada.',
      '[Quédate|Quédese] con la pregunta y [ve|vaya] a ver.',
      '~Adivinar es la mitad de la gracia. Mirar es la otra.',
    ],
    closers: [
      'Para ver con los propios ojos.',
      '~Que lo [disfrutes|disfrute].',
      'Nos pica la curiosidad por saber qué [dirás|dirá].',
    ],
  },
  mental_accounting: {
    subjects: ['Un sitio propio: {product}', 'Hacer sitio: {product}', 'Un sitio para lo que importa'],
    preheaders: ['Lo que tiene su propio sitio no se pierde tan fácilmente en el día a día.'],
    openers: [
      'Lo que tiene su sitio se mantiene mejor. ¿Y aquí, cuál sería? {product}.',
      'Un bote para hoy, otro para luego, otro para lo más importante. ¿En cuál va esto? {product}.',
      'Lo importante merece un plan aparte. En él podría figurar: {product}.',
    ],
    hooks: [
      'Un plan aparte: {product}.',
      'Hacer sitio: {product}.',
      'Con sitio en los planes: {product}.',
      'Un sitio para lo que importa.',
      'Lo que importa pide sitio.',
    ],
    bodies: [
      'Lejos del día a día, un buen plan no se pierde tan fácilmente.',
      'Con nombre y propósito cuesta menos mantenerlo.',
      'Primero, para qué sirve. Lo demás viene después.',
    ],
    closers: ['Propósito claro, decisión clara.', 'Cada cosa en su sitio.', 'Primero el propósito, luego el plan.'],
  },
  social_norm: {
    subjects: ['Para comentarlo: {product}', '¿Qué se diría en casa? {product}', 'Un tema para la sobremesa'],
    preheaders: ['¿De quién [escuchas|escucha] el consejo? Aquí hay algo que comentar.'],
    openers: [
      'Las buenas decisiones se toman a menudo en la mesa de la cocina. Un tema para hoy: {product}.',
      '[Piensa|Piense] en alguien de confianza. ¿Qué diría esa persona? {product}.',
      '¿Con quién [hablas|habla] de lo importante? Aquí hay una ocasión: {product}.',
    ],
    hooks: [
      'Para la sobremesa: {product}.',
      'Un tema entre amigos: {product}.',
      'Vale la pena comentarlo: {product}.',
      'Un tema para la sobremesa.',
      'Vale la pena comentarlo con alguien.',
    ],
    bodies: [
      'Cuatro ojos ven más que dos, y hablando se aclara uno.',
      'Lo que se recomendaría a un amigo merece también una mirada propia.',
      'Mostrar, escuchar y decidir por cuenta propia.',
    ],
    closers: ['Para pasarlo a quien le venga bien.', 'Primero hablarlo, luego decidir.', 'Una segunda opinión ayuda.'],
  },
} as const satisfies Record<string, TechniqueWording>;
