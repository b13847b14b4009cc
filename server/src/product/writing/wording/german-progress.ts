import type { TechniqueWording } from './wording.ts';

/** Techniques about beginnings, steps, plans and time. */
export const GERMAN_PROGRESS = {
  goal_gradient: {
    subjects: [
      '[Dein|Ihr] nächster Schritt: {product}',
      'Einen Schritt weiter: {product}',
      '[Dein|Ihr] nächster Schritt ist da',
    ],
    preheaders: ['Schritt für Schritt kommt man voran. Hier ist einer davon.'],
    openers: [
      'Was auch immer [du vorhast|Sie vorhaben], hier ist ein Schritt auf dem Weg: {product}.',
      'Vorankommen heißt, den nächsten Schritt zu kennen. Dieser heißt: {product}.',
      'Je näher das Ziel, desto mehr zählt jeder Schritt. Der nächste könnte sein: {product}.',
    ],
    hooks: [
      'Als Nächstes dran: {product}.',
      '[Dein|Ihr] nächster Schritt: {product}.',
      'Ein Stück weiter: {product}.',
      '[Dein|Ihr] nächster Schritt liegt direkt vor [dir|Ihnen].',
      'Einfach dranbleiben.',
    ],
    bodies: [
      'Nicht auf die ganze Strecke schauen, nur auf die nächsten Meter.',
      'Je näher am Ziel, desto leichter der Schritt. Also weiter.',
      'So kommt man voran: eins nach dem anderen. Und dieses liegt direkt vor [dir|Ihnen].',
    ],
    closers: ['Ein Schritt, dann der nächste.', 'Nur weiter so.', 'Auf zum nächsten Schritt.'],
  },
  implementation_intention: {
    subjects: ['Wann passt es? {product}', 'Ein fester Moment: {product}', '[Wähle|Wählen Sie] den Moment'],
    preheaders: ['Jetzt Zeit und Ort wählen, und schon ist es so gut wie geplant.'],
    openers: [
      'Gute Vorsätze brauchen Zeit und Ort. Wie [könnten deine|könnten Ihre] aussehen? {product}.',
      'Ein kleiner Plan: nach dem nächsten Kaffee ein Blick darauf. Das Thema: {product}.',
      'Ein Plan mit festem Moment hält besser. Heute Abend oder morgen beim Frühstück? {product}.',
    ],
    hooks: [
      'Einen Moment vormerken: {product}.',
      'Nach dem nächsten Kaffee: {product}.',
      'Wann passt es heute? {product}.',
      '[Wähle|Wählen Sie] heute den passenden Moment.',
      'Nach dem nächsten Kaffee ist es dran.',
    ],
    bodies: [
      'Als Plan gesagt: „Wenn ich heute Abend sitze, kümmere ich mich darum.“',
      'An etwas Gewohntes geknüpft, den Kaffee oder den Heimweg, vergisst man es nicht so leicht.',
      'Das Wann [bestimmst du|bestimmen Sie]. Das Wie steht hier.',
    ],
    closers: [
      'Passt es gerade nicht, [trag|tragen Sie] es in den Kalender ein.',
      'Auch jetzt ist ein Moment.',
      '[Dein|Ihr] Moment, [dein|Ihr] Plan.',
    ],
  },
  fresh_start: {
    subjects: ['Ein neuer Anfang: {product}', 'Neue Seite aufschlagen: {product}', 'Ein guter Tag für den Anfang'],
    preheaders: ['Eine leere Seite ist ein guter Ort zum Anfangen, und heute liegt eine bereit.'],
    openers: [
      'Manche Tage sind wie eine leere Seite. Was könnte daraufstehen? {product}.',
      'Eine neue Woche, ein neuer Monat oder einfach ein neuer Tag: Anfangen geht immer. Zum Beispiel hier: {product}.',
      'Was gestern war, muss nicht bestimmen, was kommt. Heute beginnt es mit einem Namen: {product}.',
    ],
    hooks: [
      'Neu anfangen: {product}.',
      'Heute ist Tag eins: {product}.',
      'Neue Seite, neues Thema: {product}.',
      'Heute ist ein guter Tag für den Anfang.',
      '[Schlag|Schlagen Sie] heute eine neue Seite auf.',
    ],
    bodies: [
      'Jeder Anfang hat seinen eigenen Schwung. [Nimm|Nehmen Sie] ihn mit.',
      'Was liegen geblieben ist, darf liegen bleiben. Ab hier geht es neu los.',
      'Ein besonderes Datum braucht es nicht. Heute genügt.',
    ],
    closers: ['Auf einen guten Start.', 'Tag eins kann heute sein.', 'Gutes Gelingen zum Anfang.'],
  },
  endowed_progress: {
    subjects: ['Weiter geht es: {product}', 'Der Anfang ist gemacht. Jetzt: {product}', 'Der Anfang ist schon gemacht'],
    preheaders: ['[Du fängst|Sie fangen] nicht ganz von vorn an. Von hier aus geht es weiter.'],
    openers: [
      '[Du fängst|Sie fangen] nicht ganz von vorn an, denn [du bist|Sie sind] schon bei uns. Von hier geht es weiter: {product}.',
      'Der erste Schritt liegt hinter [dir|Ihnen], denn [du bist|Sie sind] schon bei uns. Der nächste könnte sein: {product}.',
      'Ein Anfang ist da: [Du bist|Sie sind] bei uns. Daran schließt sich an: {product}.',
    ],
    hooks: [
      'Weiter im Programm: {product}.',
      'Der Anfang ist gemacht. Nun: {product}.',
      'Von hier aus weiter: {product}.',
      'Der Anfang ist gemacht, weiter geht es.',
      'Von hier aus geht es weiter.',
    ],
    bodies: [
      'Weitermachen ist leichter als anfangen. Also weiter.',
      'Das ist kein Neubeginn, sondern die nächste Seite.',
      'So weit [bist du|sind Sie] schon. Der Weg nach vorn beginnt hier.',
    ],
    closers: ['[Du bist|Sie sind] auf dem Weg.', 'Ein Neubeginn ist das nicht.', 'Einfach weiter.'],
  },
  small_step: {
    subjects: ['Klein anfangen: {product}', 'Nur der erste Schritt: {product}', 'Klein anfangen genügt'],
    preheaders: ['Heute muss nicht alles entschieden werden. Ein erster Blick genügt.'],
    openers: [
      'Großes beginnt klein, zum Beispiel mit einem Blick. Das Thema: {product}.',
      'Heute muss nicht alles geklärt sein. Nur der erste Schritt zählt: {product}.',
      'Jetzt nur der erste Schritt, der zweite kommt, wenn er dran ist. Es geht um: {product}.',
    ],
    hooks: [
      'Ein erster Blick: {product}.',
      'Klein anfangen: {product}.',
      'Der erste Schritt heute: {product}.',
      'Ein kleiner Schritt genügt.',
      'Erst ein Blick, dann die Entscheidung.',
    ],
    bodies: [
      'Alles Weitere hat Zeit, bis [du dort bist|Sie dort sind].',
      'Erst sehen, dann denken, dann entscheiden: in dieser Reihenfolge und im eigenen Tempo.',
      'In Stücke geteilt wird fast alles überschaubar.',
    ],
    closers: [
      'Ein kleiner Schritt reicht für heute.',
      'Der nächste Schritt darf warten.',
      'Auch kleine Schritte zählen.',
    ],
  },
  self_efficacy: {
    subjects: ['Das [kannst du|können Sie]: {product}', 'Gut gerüstet: {product}', 'Das [kannst du|können Sie]'],
    preheaders: ['Das Tempo [bestimmst du|bestimmen Sie], und das eigene Urteil genügt.'],
    openers: [
      '[Du entscheidest|Sie entscheiden] täglich über Schwierigeres. Auch hier [findest du dich|finden Sie sich] zurecht: {product}.',
      'Man muss nicht vom Fach sein, um sich ein Bild zu machen. Das eigene Urteil genügt: {product}.',
      '[Du weißt|Sie wissen], wie man sich eine Meinung bildet. Ein guter Anlass dafür: {product}.',
    ],
    hooks: [
      'Das [kannst du|können Sie]: {product}.',
      'Dem eigenen Urteil trauen: {product}.',
      '[Du weißt|Sie wissen], was [du brauchst|Sie brauchen]: {product}.',
      'Das [schaffst du|schaffen Sie].',
      '[Trau|Trauen Sie] dem eigenen Urteil.',
    ],
    bodies: [
      'Schritt für Schritt, und das Tempo [bestimmst du|bestimmen Sie].',
      '[Trau|Trauen Sie] dem eigenen Urteil. Es hat [dich|Sie] bis hierher gebracht.',
      'Was zuerst neu aussieht, wird mit dem ersten Schritt vertraut.',
    ],
    closers: ['Das klappt.', 'Nur Mut zur eigenen Meinung.', 'Wir haben keinen Zweifel daran.'],
  },
  deadline: {
    subjects: ['Termin vormerken: {product}', 'Bitte das Datum beachten: {product}', 'Ein Termin zum Vormerken'],
    preheaders: ['Es gibt ein Datum, das zählt. Genannt wird es in dieser Nachricht.'],
    openers: [
      'Hier gehört ein Datum dazu, es steht weiter unten. Das Thema: {product}.',
      'Zu dieser Nachricht gehört ein Termin. Am besten gleich ansehen: {product}.',
      'Wer dabei sein möchte, achtet auf das Datum weiter unten. Es geht um: {product}.',
    ],
    hooks: [
      'Termin im Blick: {product}.',
      'Bitte vormerken: {product}.',
      'Mit Datum: {product}.',
      'Hier ist ein Termin zum Vormerken.',
      'Bitte das Datum beachten.',
    ],
    bodies: [
      'Am besten in den Kalender eintragen oder gleich erledigen.',
      'Termine kommen früher, als man denkt.',
      'Was heute erledigt ist, muss morgen niemand mehr im Kopf haben.',
    ],
    closers: ['Lieber erledigt als vergessen.', 'Getan ist getan.', 'Am besten gleich notieren.'],
  },
} as const satisfies Record<string, TechniqueWording>;
