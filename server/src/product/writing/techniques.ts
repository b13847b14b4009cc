import type { Standing } from './wording/wording.ts';

const START = /\b(open|start|activat|join|sign|regist|enrol|try|first|new|discover|launch)/i;
const KEEP = /\b(keep|retain|retention|churn|renew|stay|extend|win back|loyal|contract|upgrade)/i;
const USE = /\b(use|usage|download|switch|move|set up|complet|finish|updat|digital|app\b|adopt|activat)/i;
const SAVE = /\b(save|saving|invest|budget|plan|pension|retire|insur|protect|provision)/i;

/** A behavioural technique: the idea, where it comes from, when it fits, and what it must never say. */
type TechniqueShape = {
  id: string;
  name: string;
  source: string;
  /** Words of an objective that it suits; none suits everything equally. */
  suits: RegExp | null;
  /** For customers of which standing it fits best; none fits everybody equally. */
  standing: readonly Standing[];
  mustNotClaim: string;
};

export const TECHNIQUES = [
  {
    id: 'loss_aversion',
    name: 'Loss aversion',
    source:
      'Kahneman, D. & Tversky, A. (1979). Prospect Theory: An Analysis of Decision under Risk. Econometrica 47(2).',
    suits: KEEP,
    standing: ['settled', 'long'],
    mustNotClaim: 'No loss, expiry or penalty that the brief does not name.',
  },
  {
    id: 'goal_gradient',
    name: 'Goal gradient',
    source:
      'Kivetz, R., Urminsky, O. & Zheng, Y. (2006). The Goal-Gradient Hypothesis Resurrected. Journal of Marketing Research 43(1).',
    suits: USE,
    standing: ['settled'],
    mustNotClaim: 'No distance to a goal, and no number of steps left.',
  },
  {
    id: 'implementation_intention',
    name: 'Implementation intention',
    source:
      'Gollwitzer, P. M. (1999). Implementation Intentions: Strong Effects of Simple Plans. American Psychologist 54(7).',
    suits: USE,
    standing: [],
    mustNotClaim: 'No time that the task takes.',
  },
  {
    id: 'fresh_start',
    name: 'Fresh start',
    source: 'Dai, H., Milkman, K. L. & Riis, J. (2014). The Fresh Start Effect. Management Science 60(10).',
    suits: START,
    standing: ['new'],
    mustNotClaim: 'No occasion, season or anniversary.',
  },
  {
    id: 'endowed_progress',
    name: 'Endowed progress',
    source: 'Nunes, J. C. & Drèze, X. (2006). The Endowed Progress Effect. Journal of Consumer Research 32(4).',
    suits: USE,
    standing: ['new', 'settled'],
    mustNotClaim: 'No progress beyond being a customer.',
  },
  {
    id: 'commitment',
    name: 'Commitment and consistency',
    source: 'Cialdini, R. B. (1984). Influence: The Psychology of Persuasion. Chapter on commitment and consistency.',
    suits: KEEP,
    standing: ['settled', 'long'],
    mustNotClaim: 'No promise the reader is said to have made.',
  },
  {
    id: 'reciprocity',
    name: 'Reciprocity',
    source:
      'Gouldner, A. W. (1960). The Norm of Reciprocity: A Preliminary Statement. American Sociological Review 25(2).',
    suits: KEEP,
    standing: ['long'],
    mustNotClaim: 'No gift or favour that the brief does not grant.',
  },
  {
    id: 'simplification',
    name: 'Simplification',
    source: 'Behavioural Insights Team (2014). EAST: Four Simple Ways to Apply Behavioural Insights.',
    suits: USE,
    standing: [],
    mustNotClaim: 'Not that the product itself is easy or quick.',
  },
  {
    id: 'autonomy',
    name: 'Evoked freedom',
    source:
      'Carpenter, C. J. (2013). A Meta-Analysis of the Effectiveness of the "But You Are Free" Compliance-Gaining Technique. Communication Studies 64(1).',
    suits: null,
    standing: [],
    mustNotClaim: 'No freedom the reader does not have, such as a right to cancel.',
  },
  {
    id: 'relevance',
    name: 'Personal relevance',
    source:
      'Petty, R. E. & Cacioppo, J. T. (1986). The Elaboration Likelihood Model of Persuasion. Advances in Experimental Social Psychology 19.',
    suits: null,
    standing: [],
    mustNotClaim: 'Nothing about the reader beyond what the segment says.',
  },
  {
    id: 'small_step',
    name: 'Small next step',
    source:
      'Freedman, J. L. & Fraser, S. C. (1966). Compliance without Pressure: The Foot-in-the-Door Technique. Journal of Personality and Social Psychology 4(2).',
    suits: START,
    standing: ['new'],
    mustNotClaim: 'Not that the step is free, quick or without obligation.',
  },
  {
    id: 'gain_framing',
    name: 'Gain framing',
    source:
      'Rothman, A. J. & Salovey, P. (1997). Shaping Perceptions to Motivate Healthy Behavior: The Role of Message Framing. Psychological Bulletin 121(1).',
    suits: SAVE,
    standing: [],
    mustNotClaim: 'No benefit, saving or return that the brief does not state.',
  },
  {
    id: 'curiosity_gap',
    name: 'Curiosity gap',
    source:
      'Loewenstein, G. (1994). The Psychology of Curiosity: A Review and Reinterpretation. Psychological Bulletin 116(1).',
    suits: START,
    standing: [],
    mustNotClaim: 'No secret or surprise that the link does not hold.',
  },
  {
    id: 'self_efficacy',
    name: 'Self-efficacy',
    source:
      'Bandura, A. (1977). Self-efficacy: Toward a Unifying Theory of Behavioral Change. Psychological Review 84(2).',
    suits: USE,
    standing: ['new'],
    mustNotClaim: 'Not that the task is easy, and nothing the reader is said to have done.',
  },
  {
    id: 'mental_accounting',
    name: 'Mental accounting',
    source: 'Thaler, R. H. (1985). Mental Accounting and Consumer Choice. Marketing Science 4(3).',
    suits: SAVE,
    standing: [],
    mustNotClaim: 'No amount, return or saving.',
  },
  {
    id: 'social_norm',
    name: 'Social proof',
    source:
      'Cialdini, R. B., Reno, R. R. & Kallgren, C. A. (1990). A Focus Theory of Normative Conduct. Journal of Personality and Social Psychology 58(6).',
    suits: null,
    standing: [],
    mustNotClaim: 'No popularity, numbers of users, ratings or testimonials.',
  },
  {
    id: 'deadline',
    name: 'Deadline',
    source:
      'Shu, S. B. & Gneezy, A. (2010). Procrastination of Enjoyable Experiences. Journal of Marketing Research 47(5).',
    suits: null,
    standing: [],
    mustNotClaim: 'No date or scarcity of its own: only where the message carries the date of the brief.',
  },
] as const satisfies readonly TechniqueShape[];

export type Technique = (typeof TECHNIQUES)[number];
export type TechniqueId = Technique['id'];
