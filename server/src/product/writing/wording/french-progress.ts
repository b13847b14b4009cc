import type { TechniqueWording } from './wording.ts';

/** Techniques about beginnings, steps, plans and time. */
export const FRENCH_PROGRESS = {
  goal_gradient: {
    subjects: [
      '[Ta|Votre] prochaine étape : {product}',
      'Un pas de plus : {product}',
      '[Ta|Votre] prochaine étape est ici',
    ],
    preheaders: ['Un pas après l’autre, c’est ainsi que l’on avance. En voici un.'],
    openers: [
      'Quel que soit [ton|votre] projet, voici un pas sur le chemin : {product}.',
      'Avancer, c’est connaître le pas suivant. Celui-ci porte un nom : {product}.',
      'Plus le but est proche, plus chaque pas compte. Le prochain pourrait être : {product}.',
    ],
    hooks: [
      'À suivre : {product}.',
      'Le prochain pas : {product}.',
      'Un pas de plus : {product}.',
      'Le prochain pas est juste devant [toi|vous].',
      'On continue.',
    ],
    bodies: [
      'Inutile de regarder toute la route. Les prochains mètres suffisent.',
      'Plus le but est proche, plus le pas est léger. Alors, on continue.',
      'C’est ainsi que les choses se font, et ce pas est juste devant [toi|vous].',
    ],
    closers: ['Un pas, puis un autre.', 'On garde le cap.', 'En route pour la suite.'],
  },
  implementation_intention: {
    subjects: ['À quel moment ? {product}', 'Un moment choisi : {product}', '[Choisis ton|Choisissez votre] moment'],
    preheaders: ['Choisir maintenant le lieu et l’heure, et c’est presque déjà fait.'],
    openers: [
      'Une bonne intention demande un moment et un lieu. Lesquels pour ceci ? {product}.',
      'Un petit plan : après le prochain café, un coup d’œil. Le sujet : {product}.',
      'Un plan avec un moment précis tient mieux. Ce soir, ou demain au petit-déjeuner ? {product}.',
    ],
    hooks: [
      'Un moment à noter : {product}.',
      'Après le prochain café : {product}.',
      'À quel moment ? {product}.',
      '[Choisis|Choisissez] le bon moment.',
      'Après le prochain café, un regard suffit.',
    ],
    bodies: [
      'Dit comme un plan : « Ce soir, une fois au calme, je m’en occupe. »',
      'Lié à une habitude, le café ou le trajet du retour, on l’oublie moins.',
      'Le quand est à [toi|vous]. Le comment est juste ici.',
    ],
    closers: [
      'Si ce n’est pas le moment, il y a l’agenda.',
      'Maintenant est aussi un moment.',
      '[Ton|Votre] moment, [ton|votre] plan.',
    ],
  },
  fresh_start: {
    subjects: ['Un nouveau départ : {product}', 'Tourner la page : {product}', 'Un bon jour pour commencer'],
    preheaders: ['Une page blanche est un bon endroit pour commencer, et en voici une.'],
    openers: [
      'Certains jours ressemblent à une page blanche. Que pourrait-on y écrire ? {product}.',
      'Une nouvelle semaine, un nouveau mois ou juste un nouveau jour : tout est bon pour commencer. Par exemple : {product}.',
      'Hier ne décide pas de la suite. Aujourd’hui peut commencer ici : {product}.',
    ],
    hooks: [
      'Repartir avec {product}.',
      'Jour un : {product}.',
      'Une nouvelle page : {product}.',
      'Un bon jour pour commencer.',
      'Tournons la page.',
    ],
    bodies: [
      'Chaque début a son propre élan. Autant le prendre.',
      'Ce qui attendait peut rester où il est. On repart d’ici.',
      'Pas besoin d’une date particulière. Aujourd’hui suffit.',
    ],
    closers: ['À un bon départ.', 'Le premier jour peut être celui-ci.', 'Bon début.'],
  },
  endowed_progress: {
    subjects: ['La suite : {product}', 'C’est bien parti. Ensuite : {product}', 'C’est déjà bien parti'],
    preheaders: ['[Tu ne pars|Vous ne partez] pas de rien. La suite commence ici.'],
    openers: [
      '[Tu ne pars|Vous ne partez] pas de rien, puisque [tu es|vous êtes] déjà avec nous. La suite : {product}.',
      'Le premier pas est fait, puisque [tu es|vous êtes] déjà avec nous. Le suivant pourrait être : {product}.',
      'Le début est là : [tu es|vous êtes] avec nous. La page suivante : {product}.',
    ],
    hooks: [
      'La suite pour [toi|vous] : {product}.',
      'C’est bien parti. Et maintenant : {product}.',
      'On continue avec {product}.',
      'C’est bien parti, on continue.',
      'La suite part d’ici.',
    ],
    bodies: [
      'Continuer est plus simple que commencer. Alors, on continue.',
      'Ce n’est pas recommencer, c’est reprendre là où l’on en est.',
      'Le chemin déjà fait compte. La suite est juste ici.',
    ],
    closers: ['[Tu es|Vous êtes] en chemin.', 'Pas besoin de repartir à zéro.', 'La suite attend.'],
  },
  small_step: {
    subjects: [
      'Un petit pas pour commencer : {product}',
      'Juste le premier pas : {product}',
      'Commencer par peu de chose',
    ],
    preheaders: ['Inutile de tout décider aujourd’hui. Un premier regard suffit.'],
    openers: [
      'Les grandes choses commencent par un petit pas, ici par un simple regard : {product}.',
      'Il n’est pas nécessaire de tout régler aujourd’hui. Seul compte le premier pas : {product}.',
      'Juste le premier pas maintenant, le second viendra en son temps. Le sujet : {product}.',
    ],
    hooks: [
      'Un premier regard : {product}.',
      'Pour commencer : {product}.',
      'Le premier pas : {product}.',
      'Un petit pas suffit.',
      'Un regard, puis la décision.',
    ],
    bodies: [
      'Le reste peut attendre son tour.',
      'Un regard, une pensée, une décision : dans cet ordre, et à [ton|votre] rythme.',
      'Découpé en étapes, presque tout devient faisable.',
    ],
    closers: [
      'Un petit pas suffit pour aujourd’hui.',
      'Le pas suivant attendra son tour.',
      'Les petits pas comptent aussi.',
    ],
  },
  self_efficacy: {
    subjects: [
      '[Tu sauras|Vous saurez] faire : {product}',
      'Le bon sens suffit : {product}',
      '[Tu sauras|Vous saurez] faire',
    ],
    preheaders: ['[Tu fixes|Vous fixez] le rythme, et [ton|votre] propre jugement suffit.'],
    openers: [
      '[Tu décides|Vous décidez] chaque jour de choses plus compliquées. Ici aussi, [tu trouveras|vous trouverez] le chemin : {product}.',
      'Pas besoin d’être du métier pour se faire une idée. [Ton|Votre] jugement suffit : {product}.',
      '[Tu sais|Vous savez] [te|vous] faire une opinion. En voici l’occasion : {product}.',
    ],
    hooks: [
      '[Tu sauras|Vous saurez] en juger : {product}.',
      'Une affaire de bon sens : {product}.',
      '[Tu sais|Vous savez] ce qu’il [te|vous] faut : {product}.',
      '[Tu sauras|Vous saurez] faire.',
      'Place au bon sens.',
    ],
    bodies: [
      'Un pas après l’autre, et le rythme est le [tien|vôtre].',
      '[Fie-toi|Fiez-vous] à [ton|votre] jugement. Il a mené jusqu’ici.',
      'Ce qui semble nouveau devient familier dès le premier pas.',
    ],
    closers: ['Tout ira bien.', 'Confiance.', 'Nous n’en doutons pas.'],
  },
  deadline: {
    subjects: ['Une date à noter : {product}', 'Attention à la date : {product}', 'Une date à noter'],
    preheaders: ['Il y a une date à garder en tête. Elle se trouve dans ce message.'],
    openers: [
      'Une date compte ici, elle figure plus bas. Le sujet : {product}.',
      'Ce message porte une date. Autant y jeter un œil tout de suite : {product}.',
      'Pour en profiter, un œil sur la date plus bas. Le sujet : {product}.',
    ],
    hooks: [
      'Une date à noter : {product}.',
      'À mettre dans l’agenda : {product}.',
      'Avec une date : {product}.',
      'Voici une date à noter.',
      'Un œil sur la date.',
    ],
    bodies: [
      'À noter dans l’agenda, ou à régler tout de suite.',
      'Les dates arrivent plus tôt qu’on ne le pense.',
      'Ce qui est réglé aujourd’hui n’occupe plus l’esprit demain.',
    ],
    closers: ['Mieux vaut réglé qu’oublié.', 'Ce qui est fait est fait.', 'Autant le noter maintenant.'],
  },
} as const satisfies Record<string, TechniqueWording>;
