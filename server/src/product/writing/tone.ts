/** How a text speaks to its reader. */
export const TONES = ['neutral', 'plain', 'friendly', 'playful', 'formal', 'urgent'] as const;
export type Tone = (typeof TONES)[number];

/** du, tu and tú, or Sie, vous and usted. English knows no difference. */
export type Address = 'close' | 'polite';

/** Words by which briefs in four languages name a tone; the first that is met counts. */
const TONE_WORDS: readonly (readonly [Tone, RegExp])[] = [
  [
    'playful',
    /play|fun\b|funny|witty|humor|cheek|verspielt|witzig|humorvoll|locker|ludique|dr[oô]le|espi[eè]gle|l[uú]dic|divertid|juguet/i,
  ],
  [
    'formal',
    /formal|formel|f[oö]rmlich|serious|seri[oö]s|s[eé]rieux|official|offiziell|polite|h[oö]flich|respectful|professional|soutenu|serio\b/i,
  ],
  [
    'friendly',
    /friend|warm|kind\b|personal|light|casual|cheer|freundlich|herzlich|amical|chaleureu|amable|cercan|c[aá]lid/i,
  ],
  ['urgent', /urgen|prompt|dringend|dringlich|pressant|apremiante/i],
  [
    'plain',
    /plain|simple|factual|sober|matter.of.fact|direct|sachlich|schlicht|n[uü]chtern|direkt|sobre\b|factuel|sencill|sobri/i,
  ],
];
const LESS_FORMAL =
  /\b(less|not|too|nicht|weniger|zu|moins|pas|trop|menos|no|demasiado)\b.{0,10}\b(formal|f[oö]rmlich|formel)/i;
const CLOSE = /\b(du|tu|t[uú]|duzen|tutoie\w*|tutear|tuteo|informal)\b/i;
const POLITE = /\b(Sie|siezen|vous|vouvoie\w*|usted|ustedes)\b/;

/** The tone that free words ask for; null when they name none that is known. */
function toneIn(words: string): Tone | null {
  if (LESS_FORMAL.test(words)) return 'friendly';
  return TONE_WORDS.find(([, pattern]) => pattern.test(words))?.[0] ?? null;
}

/** What a reviewer asks for now outweighs what the brief asked for then; a tone that is not known here is neutral. */
export function toneOf(tone: string | undefined, guidance: string | null): Tone {
  return toneIn(guidance ?? '') ?? toneIn(tone ?? '') ?? 'neutral';
}

/** How close the text comes: as brief or guidance say in words ("friendly, Sie"), else friendly and playful texts come closer. */
export function addressOf(tone: Tone, wishes: readonly (string | null | undefined)[]): Address {
  for (const wish of wishes) {
    if (POLITE.test(wish ?? '')) return 'polite';
    if (CLOSE.test(wish ?? '')) return 'close';
  }
  return tone === 'friendly' || tone === 'playful' ? 'close' : 'polite';
}
