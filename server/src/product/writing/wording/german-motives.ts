import type { TechniqueWording } from './wording.ts';

/** Techniques about what moves people: gain and loss, choice, trust, other people, curiosity. */
export const GERMAN_MOTIVES = {
  loss_aversion: {
    subjects: ['Nicht vergessen: {product}', 'Noch im Hinterkopf? {product}', 'Bevor es in Vergessenheit gerät'],
    preheaders: ['Was man aufschiebt, vergisst man leicht. Deshalb hier noch einmal, ganz kurz.'],
    openers: [
      'Manches verpasst man nur, weil niemand hingesehen hat. Das wäre schade, gerade hier: {product}.',
      'Aufgeschoben ist schnell vergessen. Darum liegt heute noch einmal auf dem Tisch: {product}.',
      'Es wäre schade, später zu merken, dass man nie richtig hingesehen hat. Es geht um: {product}.',
    ],
    hooks: [
      'Nicht auf später schieben: {product}.',
      'Zu schade zum Vergessen: {product}.',
      'Noch nicht angesehen? {product}.',
      'Aus später wird oft nie.',
      'Was man aufschiebt, vergisst man leicht.',
    ],
    bodies: [
      'Auch Nichtstun ist eine Entscheidung. Ein Blick jetzt, und die Wahl bleibt bei [dir|Ihnen].',
      'Passt es nicht, ist mit dem Hinsehen nichts verloren. Passt es, [willst du|wollen Sie] es wissen.',
      'Aus später wird gern nie. Deshalb hier der direkte Weg.',
    ],
    closers: [
      'Lieber jetzt hinsehen als später bereuen.',
      'Ein Blick, bevor es untergeht.',
      'Bitte nicht zu lange warten lassen.',
    ],
  },
  commitment: {
    subjects: [
      'Passt zu [deiner|Ihrer] Wahl: {product}',
      '[Du kennst|Sie kennen] uns. Jetzt im Blick: {product}',
      '[Bleib dir|Bleiben Sie sich] treu',
    ],
    preheaders: ['[Du weißt|Sie wissen], was zu [dir|Ihnen] passt. Wie gut passt das hier dazu?'],
    openers: [
      '[Du hast dich|Sie haben sich] schon einmal für uns entschieden. War das gut, wäre dies der nächste Schritt: {product}.',
      '[Du weißt|Sie wissen], worauf es [dir|Ihnen] ankommt. Daran darf sich auch das hier messen lassen: {product}.',
      'Entscheidungen fallen leichter, wenn sie zu früheren passen. Darum heute: {product}.',
    ],
    hooks: [
      'Eine gute Wahl führt zur nächsten: {product}.',
      '[Du kennst|Sie kennen] uns. Jetzt im Blick: {product}.',
      'Passend zu [deiner|Ihrer] Wahl: {product}.',
      '[Bleib dir|Bleiben Sie sich] treu.',
      '[Du weißt|Sie wissen], was zu [dir|Ihnen] passt.',
    ],
    bodies: [
      'Was [würdest du|würden Sie] jemandem raten, der an [deiner|Ihrer] Stelle ist? Genau das ist ein guter Maßstab.',
      'Liegt es auf [deiner|Ihrer] Linie, ist der nächste Schritt klar. Wenn nicht, [lass|lassen Sie] es einfach.',
      'Bei dem zu bleiben, was passt, ist ein guter Plan.',
    ],
    closers: [
      '[Bleib|Bleiben Sie] bei dem, was passt.',
      'Eine gute Entscheidung zieht die nächste nach sich.',
      'Ganz auf [deiner|Ihrer] Linie.',
    ],
  },
  reciprocity: {
    subjects: ['Danke, und ein Hinweis: {product}', 'Mit unserem Dank: {product}', 'Zuallererst: danke'],
    preheaders: ['Ein Dankeschön von uns und etwas, das [du|Sie] direkt von uns hören [sollst|sollen].'],
    openers: [
      'Danke, dass [du|Sie] bei uns [bist|sind]. Im Gegenzug ein Hinweis von uns: {product}.',
      'Danke für [dein|Ihr] Vertrauen. Wir halten uns dafür kurz, es geht um eines: {product}.',
      'Wir freuen uns, dass [du|Sie] bei uns [bist|sind]. Davon [sollst du|sollen Sie] direkt von uns hören: {product}.',
    ],
    hooks: [
      'Ein Dankeschön und ein Hinweis: {product}.',
      'Mit Dank von uns: {product}.',
      'Danke, und noch ein Wort dazu: {product}.',
      'Danke, dass [du|Sie] bei uns [bist|sind].',
      'Schön, dass [du|Sie] bei uns [bist|sind].',
    ],
    bodies: [
      '[Deine|Ihre] Zeit ist kostbar, deshalb nehmen wir nicht mehr davon als nötig.',
      'Vertrauen hat klare Worte verdient, und mit denen fangen wir an.',
      'Wir würden uns freuen, wenn es [dir|Ihnen] nützt.',
    ],
    closers: ['Danke fürs Lesen.', 'Danke für [dein|Ihr] Vertrauen.', 'Gut, [dich|Sie] bei uns zu haben.'],
  },
  simplification: {
    subjects: ['Kurz gesagt: {product}', 'Kurz und klar: {product}', 'Nur eine Sache, ganz kurz'],
    preheaders: ['Ein Thema, ein Schritt, und sonst gibt es heute nichts zu lesen.'],
    openers: [
      'Wir fassen uns kurz. Ein Thema, eine Sache zu tun: {product}.',
      'Heute kein langer Text, nur das: {product}.',
      'Eine Nachricht, ein Thema: {product}.',
    ],
    hooks: [
      'Heute nur das: {product}.',
      'Kurz gesagt: {product}.',
      'Eine Sache heute: {product}.',
      'Nur eine Sache heute.',
      'Wir halten uns kurz.',
    ],
    bodies: [
      'Was zu tun ist, steht gleich hier. Mehr kommt nicht.',
      '~Lesen, entscheiden, fertig.',
      'Wenn [du magst|Sie mögen], geht es hier weiter. Wenn nicht, endet es hier.',
    ],
    closers: ['Das war es für heute.', 'Kurz genug, hoffen wir.', 'Mehr ist es nicht.'],
  },
  autonomy: {
    subjects: [
      '[Deine|Ihre] Wahl: {product}',
      '[Du entscheidest|Sie entscheiden]: {product}',
      'Es liegt ganz bei [dir|Ihnen]',
    ],
    preheaders: ['Ansehen, eine eigene Meinung bilden und tun, was [du|Sie] für richtig [hältst|halten].'],
    openers: [
      'Ob das etwas für [dich|Sie] ist, [weißt nur du|wissen nur Sie]: {product}.',
      '[Du darfst|Sie dürfen] gern Nein sagen. Vorher lohnt ein Blick: {product}.',
      'Niemand kennt [deinen|Ihren] Bedarf besser als [du|Sie]. [Urteile|Urteilen Sie] selbst: {product}.',
    ],
    hooks: [
      'Ansehen und selbst entscheiden: {product}.',
      '[Deine|Ihre] Wahl: {product}.',
      'Es liegt bei [dir|Ihnen]: {product}.',
      'Erst ansehen, dann entscheiden.',
      '[Du darfst|Sie dürfen] gern Nein sagen.',
    ],
    bodies: [
      'Falsch ist hier keine Antwort. Es zählt, was zu [dir|Ihnen] passt.',
      'Ja oder Nein, beides ist uns recht.',
      '[Sieh|Sehen Sie] es [dir|sich] von allen Seiten an. Die Entscheidung bleibt bei [dir|Ihnen].',
    ],
    closers: [
      'Es steht [dir|Ihnen] frei, anders zu entscheiden.',
      'Die Wahl liegt bei [dir|Ihnen].',
      '[Du bestimmst|Sie bestimmen].',
    ],
  },
  relevance: {
    subjects: ['Ein Gedanke für [dich|Sie]: {product}', 'Schon überlegt? {product}', 'Ein Gedanke für [dich|Sie]'],
    preheaders: ['[Halte|Halten Sie] es neben die eigenen Pläne: Wo treffen sich die beiden?'],
    openers: [
      'Manches ist einen eigenen Gedanken wert. Für [dich|Sie] könnte das sein: {product}.',
      'Bei diesem Thema haben wir an [dich|Sie] gedacht: {product}.',
      'Was würde sich für [dich|Sie] ändern? Gemeint ist: {product}.',
    ],
    hooks: [
      'Passt das in [deine|Ihre] Pläne? {product}.',
      'Ein Gedanke für [dich|Sie]: {product}.',
      'Wäre das etwas für [dich|Sie]? {product}.',
      'Hier ist ein Gedanke für [dich|Sie].',
      'Wir haben an [dich|Sie] gedacht.',
    ],
    bodies: [
      '[Stell dir|Stellen Sie sich] einen ganz normalen Dienstag vor. Wo hätte es Platz?',
      'Am besten neben die eigenen Pläne legen und sehen, was sich deckt.',
      'Wichtig ist nicht, was andere davon halten, sondern was es für [dich|Sie] bedeutet.',
    ],
    closers: [
      '[Du weißt|Sie wissen] am besten, wo es hinpasst.',
      'Was es für [dich|Sie] bedeutet, zeigt ein Blick.',
      'Das [kannst du|können Sie] am besten beurteilen.',
    ],
  },
  gain_framing: {
    subjects: [
      'Das Beste daraus machen: {product}',
      'Was [holst du|holen Sie] heraus? {product}',
      '[Tu dir|Tun Sie sich] etwas Gutes',
    ],
    preheaders: ['Wovon [hättest du|hätten Sie] gern mehr? Genau damit fängt es an.'],
    openers: [
      '[Stell dir|Stellen Sie sich] vor, [du blickst|Sie blicken] zurück und [freust dich|freuen sich] über diesen Schritt: {product}.',
      'Wovon [hättest du|hätten Sie] gern mehr? Dazu passt vielleicht: {product}.',
      'Es tut gut, etwas für sich zu tun. Heute könnte das sein: {product}.',
    ],
    hooks: [
      'Was [gewinnst du|gewinnen Sie]? {product}.',
      'Das Beste daraus machen: {product}.',
      'Mehr für [dich|Sie] herausholen: {product}.',
      'Heute etwas für sich tun.',
      'Was [würdest du|würden Sie] gewinnen?',
    ],
    bodies: [
      'Wer bei dem anfängt, was zu gewinnen ist, entscheidet klarer.',
      '[Notiere|Notieren Sie] die eine Sache, um die es [dir|Ihnen] geht. Ist sie da, steht die Antwort fest.',
      'Was ist für [dich|Sie] drin? Hier darf man ruhig anspruchsvoll sein.',
    ],
    closers: [
      '[Dein|Ihr] späteres Ich wird es vielleicht danken.',
      'Auf mehr von dem, was [du willst|Sie wollen].',
      'Es geht um [deine|Ihre] Wünsche.',
    ],
  },
  curiosity_gap: {
    subjects: ['Eine Frage vorab: {product}', 'Schon bekannt? {product}', 'Eine Frage an [dich|Sie]'],
    preheaders: ['Eine Frage, über die es sich vor dem Lesen nachzudenken lohnt.'],
    openers: [
      'Eine Frage: Was [weißt du|wissen Sie] wirklich darüber, und was [glaubst du|glauben Sie] nur zu wissen? Es geht um: {product}.',
      'Der Name ist schnell gelesen. Was steckt dahinter? {product}.',
      'Was [würdest du|würden Sie] fragen, wenn nur eine Frage erlaubt wäre? Das Thema heißt: {product}.',
    ],
    hooks: [
      'Eine Frage: Was steckt dahinter? {product}.',
      'Neugierig geworden? {product}.',
      'Schon bekannt? {product}.',
      'Neugierig? Hier steht mehr.',
      'Was [möchtest du|möchten Sie] wissen?',
    ],
    bodies: [
      'Die Antwort ist nur einen Blick entfernt.',
      'Frage merken, nachsehen, Bescheid wissen.',
      '~Raten ist der halbe Spaß. Nachsehen ist die andere Hälfte.',
    ],
    closers: [
      '[Sieh|Sehen Sie] selbst.',
      '~Viel Spaß beim Herausfinden.',
      'Wir sind gespannt, was [du sagst|Sie sagen].',
    ],
  },
  mental_accounting: {
    subjects: ['Ein eigener Platz: {product}', 'Platz schaffen: {product}', 'Ein Platz für das, was zählt'],
    preheaders: ['Was einen eigenen Platz hat, geht im Alltag nicht so leicht unter.'],
    openers: [
      'Was einen eigenen Platz hat, bleibt leichter bestehen. Wie sieht er hier aus? {product}.',
      'Ein Topf für heute, einer für später, einer für das Wichtigste. In welchen gehört das? {product}.',
      'Wichtiges verdient einen eigenen Plan. Einen Platz darin könnte haben: {product}.',
    ],
    hooks: [
      'Ein Plan für sich: {product}.',
      'Platz schaffen: {product}.',
      'Mit eigenem Platz im Plan: {product}.',
      'Platz für das, was zählt.',
      'Was zählt, braucht einen Platz.',
    ],
    bodies: [
      'Getrennt vom Alltag geht ein guter Plan nicht so leicht verloren.',
      'Mit Namen und Zweck fällt das Dranbleiben leichter.',
      'Zuerst die Frage, wofür es gut ist. Alles andere kommt danach.',
    ],
    closers: ['Klarer Zweck, klare Entscheidung.', 'Alles an seinem Platz.', 'Erst der Zweck, dann der Plan.'],
  },
  social_norm: {
    subjects: ['Ein Gespräch wert: {product}', 'Was sagen die anderen? {product}', 'Ein Thema für den Küchentisch'],
    preheaders: ['Wessen Rat zählt für [dich|Sie]? Das hier ist ein Thema für das Gespräch.'],
    openers: [
      'Gute Entscheidungen fallen oft am Küchentisch. Ein Thema dafür: {product}.',
      'Wessen Urteil [vertraust du|vertrauen Sie]? Was würde dieser Mensch dazu sagen? {product}.',
      'Wen [fragst du|fragen Sie] bei wichtigen Dingen? Hier wäre ein Anlass: {product}.',
    ],
    hooks: [
      'Ein Gespräch wert: {product}.',
      'Was würden Freunde sagen? {product}.',
      'Schon mit jemandem besprochen? {product}.',
      '[Frag|Fragen Sie] jemanden, [dem du vertraust|dem Sie vertrauen].',
      'Ein Thema für ein gutes Gespräch.',
    ],
    bodies: [
      'Vier Augen sehen mehr als zwei, und im Gespräch zeigt sich, wo man steht.',
      'Was man Freunden empfehlen würde, ist auch einen eigenen Blick wert.',
      'Zeigen, zuhören, selbst entscheiden.',
    ],
    closers: [
      'Gern weitersagen, wenn es zu jemandem passt.',
      'Erst reden, dann entscheiden.',
      'Eine zweite Meinung hilft.',
    ],
  },
} as const satisfies Record<string, TechniqueWording>;
