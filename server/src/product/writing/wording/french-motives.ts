import type { TechniqueWording } from './wording.ts';

/** Techniques about what moves people: gain and loss, choice, trust, other people, curiosity. */
export const FRENCH_MOTIVES = {
  loss_aversion: {
    subjects: [
      'À ne pas oublier : {product}',
      'Avant que cela ne file : {product}',
      'Avant que cela ne sorte de l’esprit',
    ],
    preheaders: ['Ce que l’on remet s’oublie vite. Le voici donc, en quelques mots.'],
    openers: [
      'On manque parfois de belles choses faute d’avoir regardé. Ce serait dommage ici : {product}.',
      'Ce que l’on remet à demain s’oublie vite. Revoici donc, en bonne place : {product}.',
      'Il serait dommage de découvrir trop tard que l’on n’a jamais vraiment regardé : {product}.',
    ],
    hooks: [
      'Ne pas remettre à plus tard : {product}.',
      'Ce serait dommage de passer à côté : {product}.',
      'Pas encore vu ? {product}.',
      'Plus tard devient souvent jamais.',
      'Ce que l’on remet s’oublie vite.',
    ],
    bodies: [
      'Ne rien décider, c’est déjà décider. Un regard maintenant, et le choix reste entre [tes|vos] mains.',
      'Si cela ne convient pas, regarder n’aura rien fait perdre. Si cela convient, mieux vaut le savoir.',
      'Plus tard devient volontiers jamais. Voici donc le chemin direct.',
    ],
    closers: [
      'Mieux vaut un regard maintenant qu’un regret plus tard.',
      'Un coup d’œil avant que cela ne file.',
      'À ne pas laisser traîner.',
    ],
  },
  commitment: {
    subjects: [
      'Dans la lignée de [ton|votre] choix : {product}',
      '[Tu nous connais|Vous nous connaissez]. Et {product} ?',
      'Fidèle à [ton|votre] choix',
    ],
    preheaders: ['[Tu sais|Vous savez] ce qui [te|vous] convient. Voyons si ceci va dans le même sens.'],
    openers: [
      '[Tu nous as|Vous nous avez] déjà choisis une fois. Si ce choix était bon, en voici la suite : {product}.',
      '[Tu sais|Vous savez] ce qui compte. Voici de quoi le vérifier : {product}.',
      'Une décision est plus simple quand elle suit les précédentes. Dans cette lignée : {product}.',
    ],
    hooks: [
      'Un bon choix en appelle un autre : {product}.',
      'Dans la suite de [ton|votre] choix : {product}.',
      '[Tu sais|Vous savez] ce qui [te|vous] va : {product}.',
      'Fidèle à [ton|votre] choix.',
      '[Tu sais|Vous savez] ce qui [te|vous] va.',
    ],
    bodies: [
      'Que dir[ais-tu|iez-vous] à un ami dans la même situation ? La réponse est un bon guide.',
      'Si cela va dans [ton|votre] sens, la suite est claire. Sinon, laisse[|z] cela de côté.',
      'Rester avec ce qui convient, voilà un bon plan.',
    ],
    closers: [
      '[Reste|Restez] fidèle à ce qui [te|vous] convient.',
      'Une bonne décision entraîne la suivante.',
      'Tout à fait dans [ta|votre] ligne.',
    ],
  },
  reciprocity: {
    subjects: ['Merci, et un mot de plus : {product}', 'Avec nos remerciements : {product}', 'Avant tout, merci'],
    preheaders: ['Un mot de remerciement, et une chose que nous tenions à [te|vous] dire.'],
    openers: [
      'Merci d’être avec nous. En retour, une piste à explorer : {product}.',
      'Merci de [ta|votre] confiance. En retour, nous serons brefs. Un seul sujet : {product}.',
      'C’est une joie de [te|vous] compter parmi nous. Nous tenions à [te|vous] en parler en direct : {product}.',
    ],
    hooks: [
      'Merci, et une piste à suivre : {product}.',
      'Avec nos remerciements : {product}.',
      'Merci, et un mot de plus : {product}.',
      'Merci de rester avec nous.',
      'Merci de [ta|votre] confiance.',
    ],
    bodies: [
      '[Ton|Votre] temps est précieux, nous n’en prendrons pas plus qu’il ne faut.',
      'La confiance mérite des mots clairs. Commençons par là.',
      'Nous serions heureux que cela [te|vous] soit utile.',
    ],
    closers: [
      'Merci pour [ta|votre] lecture.',
      'Merci de [ta|votre] confiance.',
      'C’est un plaisir de [t’|vous ]avoir parmi nous.',
    ],
  },
  simplification: {
    subjects: ['En bref : {product}', 'Court et clair : {product}', 'Une seule chose, en bref'],
    preheaders: ['Un sujet, une étape, et rien d’autre à lire aujourd’hui.'],
    openers: [
      'Nous serons brefs. Un sujet, une seule chose à faire : {product}.',
      'Pas de long discours aujourd’hui, simplement ceci : {product}.',
      'Un message, un sujet : {product}.',
    ],
    hooks: [
      'Juste ceci : {product}.',
      'En bref : {product}.',
      'Une seule chose : {product}.',
      'Une seule chose, en bref.',
      'Faisons court.',
    ],
    bodies: [
      'La chose à faire vient juste après. Il n’y a rien de plus.',
      '~Lire, décider, voilà.',
      'Si l’envie est là, la suite est ici. Sinon, le message s’arrête là.',
    ],
    closers: ['C’est tout pour aujourd’hui.', 'Assez court, nous l’espérons.', 'Rien de plus.'],
  },
  autonomy: {
    subjects: [
      'À [toi|vous] de choisir : {product}',
      '[Ta|Votre] décision : {product}',
      'La décision [t’|vous ]appartient',
    ],
    preheaders: ['[Regarde|Regardez], [fais-toi|faites-vous] une idée et [décide|décidez] en toute liberté.'],
    openers: [
      'Personne d’autre que [toi|vous] ne peut dire si ceci [te|vous] convient : {product}.',
      '[Tu es|Vous êtes] libre de dire non. Avant cela, un coup d’œil : {product}.',
      'Personne ne connaît mieux [tes|vos] besoins que [toi|vous]. À [toi|vous] de juger : {product}.',
    ],
    hooks: [
      '[Regarde|Regardez], puis [choisis|choisissez] : {product}.',
      '[Ta|Votre] décision : {product}.',
      'Libre choix : {product}.',
      'Regarder d’abord, décider ensuite.',
      'La décision [t’|vous ]appartient.',
    ],
    bodies: [
      'Il n’y a pas de mauvaise réponse. Seul compte ce qui [te|vous] convient.',
      'Oui ou non, les deux nous vont.',
      '[Regarde|Regardez] sous tous les angles. La décision reste à [toi|vous].',
    ],
    closers: [
      'Mais [tu restes|vous restez] libre d’en décider autrement.',
      'Le choix [t’|vous ]appartient.',
      'C’est [ta|votre] décision.',
    ],
  },
  relevance: {
    subjects: ['Une idée pour [toi|vous] : {product}', 'Et pourquoi pas {product} ?', 'Une idée pour [toi|vous]'],
    preheaders: ['À placer à côté de [tes|vos] projets : où se rejoignent-ils ?'],
    openers: [
      'Certaines idées méritent que l’on s’y arrête. Pour [toi|vous], ce serait peut-être celle-ci : {product}.',
      'En écrivant ces lignes, nous avons pensé à [toi|vous] : {product}.',
      'Qu’est-ce que cela changerait pour [toi|vous] ? Prenons un exemple : {product}.',
    ],
    hooks: [
      'Quelle place dans [tes|vos] projets ? {product}.',
      'Une piste pour [toi|vous] : {product}.',
      'Et pour [toi|vous] ? {product}.',
      'Voici une piste pour [toi|vous].',
      'Nous avons pensé à [toi|vous].',
    ],
    bodies: [
      '[Imagine|Imaginez] un mardi ordinaire. Où cela trouverait-il sa place ?',
      '[Compare|Comparez] avec [tes|vos] propres projets, et [vois|voyez] ce qui concorde.',
      'Peu importe ce qu’en font les autres, ce qui compte est ce que cela [t’|vous ]apporterait.',
    ],
    closers: [
      '[Tu sais|Vous savez] mieux que personne où cela trouve sa place.',
      'À [toi|vous] de voir ce que cela veut dire pour [toi|vous].',
      '[Tu en es|Vous en êtes] le meilleur juge.',
    ],
  },
  gain_framing: {
    subjects: [
      'En tirer le meilleur : {product}',
      'Qu’en fer[ais-tu|iez-vous] ? {product}',
      'Faire quelque chose pour soi',
    ],
    preheaders: ['De quoi voudr[ais-tu|iez-vous] davantage ? Commençons par là.'],
    openers: [
      'Imagine[|z] le plaisir d’avoir osé essayer. Le sujet du jour : {product}.',
      'De quoi voudr[ais-tu|iez-vous] davantage ? Voyons ce qu’ajouterait {product}.',
      'Cela fait du bien de faire quelque chose pour soi. Aujourd’hui, ce pourrait être : {product}.',
    ],
    hooks: [
      'Qu’y gagne[s-tu|z-vous] ? {product}.',
      'En tirer le meilleur : {product}.',
      'Un moment pour [toi|vous] : {product}.',
      'Un moment pour soi aujourd’hui.',
      'Que pourr[ais-tu|iez-vous] y gagner ?',
    ],
    bodies: [
      'En partant de ce que l’on peut y gagner, la décision devient plus claire.',
      '[Note|Notez] la seule chose qui compte ici. Si elle y est, la réponse aussi.',
      '[Cherche|Cherchez] ce que [tu y gagnes|vous y gagnez], avec exigence.',
    ],
    closers: ['Et si demain disait merci ?', 'À tout ce qui [te|vous] plaît.', 'Il s’agit de [tes|vos] envies.'],
  },
  curiosity_gap: {
    subjects: [
      'Une question, un sujet : {product}',
      '[Tu connais|Vous connaissez] {product} ?',
      'Une question pour [toi|vous]',
    ],
    preheaders: ['Une question à se poser avant de lire la suite de ce message.'],
    openers: [
      'Une question : que sait-on vraiment, et que croit-on seulement savoir ? Le sujet : {product}.',
      'Le nom se lit vite. Mais qu’y a-t-il derrière ? {product}.',
      'Et s’il n’y avait qu’une seule question à poser ? Le sujet serait : {product}.',
    ],
    hooks: [
      'Qu’y a-t-il derrière ? {product}.',
      'Un peu de curiosité ? {product}.',
      'Déjà vu ? {product}.',
      'Un peu de curiosité ? La suite est ici.',
      'Que voudr[ais-tu|iez-vous] savoir ?',
    ],
    bodies: [
      'La réponse n’est qu’à un coup d’œil.',
      '[Garde|Gardez] la question en tête, et [va|allez] voir.',
      '~Deviner est la moitié du plaisir. Regarder est l’autre.',
    ],
    closers: ['À voir par [toi|vous]-même.', '~Bonne découverte.', 'Nous sommes curieux d’avoir [ton|votre] avis.'],
  },
  mental_accounting: {
    subjects: ['Une place à part : {product}', 'Faire de la place : {product}', 'Une place pour ce qui compte'],
    preheaders: ['Ce qui a sa propre place se perd moins facilement dans le quotidien.'],
    openers: [
      'Ce qui a sa place se garde mieux. Et ici, laquelle ? {product}.',
      'Un pot pour aujourd’hui, un pour plus tard, un pour l’essentiel. Dans lequel ranger ceci ? {product}.',
      'Ce qui compte mérite son propre plan. Il pourrait y figurer : {product}.',
    ],
    hooks: [
      'Un plan à part : {product}.',
      'Faire de la place : {product}.',
      'Une place dans [tes|vos] projets : {product}.',
      'Une place pour ce qui compte.',
      'Ce qui compte demande une place à part.',
    ],
    bodies: [
      'À part du quotidien, un bon plan risque moins de s’y perdre.',
      'Avec un nom et un but, il est plus facile de s’y tenir.',
      'D’abord à quoi cela sert. Le reste vient ensuite.',
    ],
    closers: ['Un but clair, une décision claire.', 'Chaque chose à sa place.', 'Le but d’abord, le plan ensuite.'],
  },
  social_norm: {
    subjects: ['À discuter : {product}', 'Qu’en dirait-on ? {product}', 'Un sujet à partager'],
    preheaders: ['De qui écoute[s-tu|z-vous] les conseils ? Voici de quoi en parler ensemble.'],
    openers: [
      'Les bonnes décisions se prennent souvent autour de la table. Un sujet à y poser : {product}.',
      'Pense[|z] à quelqu’un dont le jugement compte. Que dirait cette personne ? {product}.',
      'À qui parle[s-tu|z-vous] des choses importantes ? Voici une occasion : {product}.',
    ],
    hooks: [
      'À discuter autour de la table : {product}.',
      'Et les amis, qu’en diraient-ils ? {product}.',
      'Un avis de confiance : {product}.',
      '[Demande|Demandez] l’avis de quelqu’un de confiance.',
      'Un sujet pour une bonne discussion.',
    ],
    bodies: [
      'On voit mieux à deux, et parler montre où l’on en est.',
      'Ce que l’on conseillerait à un ami mérite bien un regard.',
      'Montrer, écouter, puis se faire sa propre idée.',
    ],
    closers: ['À faire passer si cela va à quelqu’un.', 'En parler, puis décider.', 'Un deuxième avis aide toujours.'],
  },
} as const satisfies Record<string, TechniqueWording>;
