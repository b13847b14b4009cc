import type { TechniqueWording } from './wording.ts';

/** Techniques about beginnings, steps, plans and time. */
export const SPANISH_PROGRESS = {
  goal_gradient: {
    subjects: ['[Tu|Su] próximo paso: {product}', 'Un paso más: {product}', '[Tu|Su] próximo paso está aquí'],
    preheaders: ['Paso a paso es como se avanza. Aquí hay uno de ellos.'],
    openers: [
      'Sea cual sea la meta, aquí hay un paso en el camino: {product}.',
      'Avanzar es conocer el paso siguiente. Este tiene nombre: {product}.',
      'Cuanto más cerca está la meta, más cuenta cada paso. El próximo podría ser: {product}.',
    ],
    hooks: [
      'El paso siguiente: {product}.',
      'Un paso adelante: {product}.',
      'Sin perder el ritmo: {product}.',
      'El paso siguiente espera.',
      'Un paso, y luego otro.',
    ],
    bodies: [
      'No hace falta mirar toda la carretera. Bastan los próximos metros.',
      'Cuanto más cerca la meta, más ligero el paso. Así que adelante.',
      'Así se hacen las cosas: una detrás de otra. Y esta está justo delante.',
    ],
    closers: ['Siempre hacia delante.', 'Sin perder el ritmo.', 'A por el siguiente paso.'],
  },
  implementation_intention: {
    subjects: ['¿Cuándo? {product}', 'Un momento fijo: {product}', '[Elige|Elija] el momento'],
    preheaders: ['Con el lugar y la hora elegidos, ya está casi hecho.'],
    openers: [
      'Los buenos propósitos piden hora y lugar. ¿Cuáles serían aquí? {product}.',
      'Un pequeño plan: tras el próximo café, una mirada. El tema: {product}.',
      'Un plan con momento fijo se cumple mejor. ¿Esta noche o mañana en el desayuno? {product}.',
    ],
    hooks: [
      'Un momento para esto: {product}.',
      'Tras el siguiente café: {product}.',
      'Para apuntar en la agenda: {product}.',
      '[Elige|Elija] hoy el momento.',
      'Hoy, con un café, es buen momento.',
    ],
    bodies: [
      'Dicho como plan: «Esta noche, cuando me siente, me ocupo de esto».',
      'Unido a una costumbre, el café o la vuelta a casa, se olvida menos.',
      'El cuándo lo [pones tú|pone usted]. El cómo está aquí.',
    ],
    closers: [
      'Si ahora no es el momento, queda la agenda.',
      'Ahora también es un momento.',
      '[Tu|Su] momento, [tu|su] plan.',
    ],
  },
  fresh_start: {
    subjects: ['Un nuevo comienzo: {product}', 'Pasar página: {product}', 'Un buen día para empezar'],
    preheaders: ['Una página en blanco es un buen lugar para empezar, y hoy hay una.'],
    openers: [
      'Hay días que parecen una página en blanco. ¿Qué se podría escribir en ella? {product}.',
      'Una semana nueva, un mes nuevo o simplemente un nuevo día: todos valen para empezar. Por ejemplo: {product}.',
      'Lo de ayer no decide lo que viene. Hoy puede empezar así: {product}.',
    ],
    hooks: [
      'Para empezar de nuevo: {product}.',
      'Hoy, día uno: {product}.',
      'Una hoja en blanco: {product}.',
      'Hoy es buen momento para empezar.',
      'Hoy, una hoja en blanco.',
    ],
    bodies: [
      'Todo comienzo tiene su propio impulso. Conviene aprovecharlo.',
      'Lo pendiente puede quedarse donde está. Se empieza desde aquí.',
      'No hace falta una fecha especial. Hoy vale.',
    ],
    closers: ['Por un buen comienzo.', 'El primer día puede ser hoy.', 'Buen inicio.'],
  },
  endowed_progress: {
    subjects: ['Seguimos adelante: {product}', 'El comienzo ya está. Ahora: {product}', 'El comienzo ya está hecho'],
    preheaders: ['No [empiezas|empieza] de cero. Desde aquí, todo es seguir adelante.'],
    openers: [
      'No [empiezas|empieza] de cero, pues ya [estás|está] con nosotros. Desde aquí se sigue: {product}.',
      'El primer paso ya está dado: [estás|está] con nosotros. El siguiente podría ser: {product}.',
      'Hay un comienzo: ya [estás|está] con nosotros. La página siguiente: {product}.',
    ],
    hooks: [
      'Lo que sigue: {product}.',
      'Ya hay un comienzo. Ahora: {product}.',
      'A partir de aquí: {product}.',
      'Ya hay un comienzo.',
      'Desde aquí, siempre adelante.',
    ],
    bodies: [
      'Seguir es más fácil que empezar. Así que adelante.',
      'No es volver a empezar, es retomar donde se estaba.',
      'Lo andado cuenta. El resto del camino empieza aquí.',
    ],
    closers: ['Ya [estás|está] en camino.', 'Sin volver a empezar.', 'Y así, adelante.'],
  },
  small_step: {
    subjects: ['Empezar por poco: {product}', 'Solo el primer paso: {product}', 'Empezar por algo pequeño'],
    preheaders: ['Hoy no hace falta decidirlo todo. Basta una primera mirada.'],
    openers: [
      'Lo grande empieza por poco, aquí con una mirada: {product}.',
      'No hace falta resolverlo todo hoy. Solo cuenta el primer paso: {product}.',
      'Ahora solo el primer paso, el segundo llegará a su hora. Se trata de esto: {product}.',
    ],
    hooks: [
      'Una primera mirada: {product}.',
      'Empezar por poco: {product}.',
      'Solo el primer paso: {product}.',
      'Un primer paso ya basta.',
      'Primero una mirada, luego se ve.',
    ],
    bodies: [
      'Lo demás puede esperar.',
      'Primero mirar, luego pensar y al final decidir: en ese orden y a [tu|su] ritmo.',
      'Por partes, casi todo se puede manejar.',
    ],
    closers: ['Para hoy, un paso basta.', 'El siguiente paso espera su turno.', 'Los pasos cortos también cuentan.'],
  },
  self_efficacy: {
    subjects: ['[Puedes|Puede] con esto: {product}', 'Criterio propio: {product}', '[Puedes|Puede] con esto'],
    preheaders: ['El ritmo lo [pones tú|pone usted], y con el criterio propio basta.'],
    openers: [
      'Cada día [decides|decide] cosas más complicadas. También aquí se encuentra el camino: {product}.',
      'No hace falta ser especialista para formarse una idea. Basta el criterio propio: {product}.',
      '[Sabes|Sabe] llegar a una opinión. Aquí hay ocasión para ello: {product}.',
    ],
    hooks: [
      '[Puedes|Puede] con esto: {product}.',
      'Con criterio propio: {product}.',
      '[Sabes|Sabe] lo que hace falta: {product}.',
      '[Puedes|Puede] con esto.',
      'Basta con el criterio propio.',
    ],
    bodies: [
      'Paso a paso, y el ritmo lo [pones tú|pone usted].',
      '[Confía|Confíe] en [tu|su] criterio. Ha servido hasta aquí.',
      'Lo que al principio parece nuevo se vuelve familiar con el primer paso.',
    ],
    closers: ['Saldrá bien.', 'Con confianza.', 'No tenemos ninguna duda.'],
  },
  deadline: {
    subjects: ['Una fecha que anotar: {product}', 'Atención a la fecha: {product}', 'Una fecha que anotar'],
    preheaders: ['Hay una fecha que conviene recordar. Está dentro de este mensaje.'],
    openers: [
      'Aquí cuenta una fecha, y está más abajo. El tema: {product}.',
      'Este mensaje lleva fecha. Mejor verlo ahora que está abierto: {product}.',
      'Para quien quiera estar, un ojo en la fecha de abajo. Se trata de esto: {product}.',
    ],
    hooks: [
      'Una fecha para anotar: {product}.',
      'Para la agenda: {product}.',
      'Con fecha: {product}.',
      'Una fecha para anotar.',
      'Un ojo en la fecha.',
    ],
    bodies: [
      'Lo mejor es anotarlo en la agenda o resolverlo enseguida.',
      'Las fechas llegan antes de lo que uno piensa.',
      'Lo que se resuelve hoy no hay que recordarlo mañana.',
    ],
    closers: ['Mejor resuelto que olvidado.', 'Lo hecho, hecho está.', 'Mejor anotarlo ahora.'],
  },
} as const satisfies Record<string, TechniqueWording>;
