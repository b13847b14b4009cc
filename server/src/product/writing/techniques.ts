/** A behavioural technique: the idea, where it comes from, and wording that claims nothing the brief does not say. */
export type Technique = {
  id: string;
  name: string;
  source: string;
  /** Words of an objective that it suits; none suits everything equally. */
  suits: RegExp | null;
  /** Opening sentences; {product} is replaced by the brief's product. Short ones come first. */
  openers: readonly string[];
  /** Sentences that carry the idea on, for channels with room. */
  followers: readonly string[];
  /** Subject lines. */
  subjects: readonly string[];
};

const START = /open|start|activate|join|sign|register|enrol|try|first/i;
const KEEP = /keep|retain|churn|renew|stay|extend|win back|loyal/i;
const USE = /use|download|switch|move|set up|complete|finish|update|digital|app/i;
const SAVE = /save|saving|invest|budget|plan|pension|insur|protect/i;

export const TECHNIQUES: readonly Technique[] = [
  {
    id: 'loss_aversion',
    name: 'Loss aversion',
    source:
      'Kahneman, D. & Tversky, A. (1979). Prospect Theory: An Analysis of Decision under Risk. Econometrica 47(2).',
    suits: KEEP,
    openers: [
      'Do not let {product} pass you by.',
      'It would be a pity to leave {product} unused.',
      'What is there for you is easy to overlook: {product}.',
    ],
    followers: ['A moment now is enough not to miss it.', 'What you do not look at cannot help you.'],
    subjects: ['Do not leave {product} unused', 'Still there for you: {product}'],
  },
  {
    id: 'goal_gradient',
    name: 'Goal gradient',
    source:
      'Kivetz, R., Urminsky, O. & Zheng, Y. (2006). The Goal-Gradient Hypothesis Resurrected. Journal of Marketing Research 43(1).',
    suits: USE,
    openers: [
      'You are closer than you think to {product}.',
      'One step is left between you and {product}.',
      'The longest part is behind you: only the last step to {product} remains.',
    ],
    followers: ['Finish it in one go and it is done.', 'The end is in sight.'],
    subjects: ['One step left to {product}', 'Nearly there: {product}'],
  },
  {
    id: 'implementation_intention',
    name: 'Implementation intention',
    source:
      'Gollwitzer, P. M. (1999). Implementation Intentions: Strong Effects of Simple Plans. American Psychologist 54(7).',
    suits: null,
    openers: [
      'Pick a moment today for {product}.',
      'When you next have a quiet minute, make it the minute for {product}.',
      'A plan with a time gets done: choose yours for {product}.',
    ],
    followers: ['Decide when, and the rest follows.', 'Put it right after something you do anyway.'],
    subjects: ['When is your moment for {product}?', 'Pick your time for {product}'],
  },
  {
    id: 'fresh_start',
    name: 'Fresh start',
    source: 'Dai, H., Milkman, K. L. & Riis, J. (2014). The Fresh Start Effect. Management Science 60(10).',
    suits: START,
    openers: [
      'A good day to begin: {product}.',
      'Every new start needs a first day. Let {product} have yours.',
      'Turn the page with {product}.',
    ],
    followers: ['What was before does not matter; what you begin now does.', 'Today can be day one.'],
    subjects: ['A fresh start with {product}', 'Day one: {product}'],
  },
  {
    id: 'endowed_progress',
    name: 'Endowed progress',
    source: 'Nunes, J. C. & Drèze, X. (2006). The Endowed Progress Effect. Journal of Consumer Research 32(4).',
    suits: USE,
    openers: [
      'You have begun already: {product} is the next step.',
      'Being our customer is the first step. {product} is the second.',
      'You are on the way; {product} carries on from there.',
    ],
    followers: ['Go on from where you are.', 'You do not start from nothing.'],
    subjects: ['Your next step: {product}', 'Carry on with {product}'],
  },
  {
    id: 'commitment',
    name: 'Commitment and consistency',
    source: 'Cialdini, R. B. (1984). Influence: The Psychology of Persuasion. Chapter on commitment.',
    suits: KEEP,
    openers: [
      'You chose us. {product} goes well with that choice.',
      'In keeping with what you have decided before: {product}.',
      'One good decision leads to the next: {product}.',
    ],
    followers: ['It fits what you do already.', 'Stay true to what works for you.'],
    subjects: ['Goes well with your choice: {product}', '{product}, in keeping with you'],
  },
  {
    id: 'reciprocity',
    name: 'Reciprocity',
    source: 'Gouldner, A. W. (1960). The Norm of Reciprocity. American Sociological Review 25(2).',
    suits: KEEP,
    openers: [
      'Thank you for being with us. Have a look at {product}.',
      'You trust us; we would like to tell you of {product}.',
      'With our thanks, a word about {product}.',
    ],
    followers: ['We are glad to have you with us.', 'Your time matters to us, so this is short.'],
    subjects: ['With our thanks: {product}', 'A word of thanks, and {product}'],
  },
  {
    id: 'simplification',
    name: 'Simplification',
    source: 'Behavioural Insights Team (2014). EAST: Four Simple Ways to Apply Behavioural Insights.',
    suits: null,
    openers: ['{product}, made simple.', 'Keep it simple: {product}.', 'No long read, just this: {product}.'],
    followers: ['One thing to do, and that is all.', 'There is nothing else to prepare for reading this.'],
    subjects: ['{product}, made simple', 'Short and simple: {product}'],
  },
  {
    id: 'autonomy',
    name: 'Evoked freedom',
    source:
      'Carpenter, C. J. (2013). A Meta-Analysis of the Effectiveness of the "But You Are Free" Technique. Communication Studies 64(1).',
    suits: null,
    openers: [
      'It is your choice: {product}.',
      'You are free to say no, but have a look at {product}.',
      'Whether {product} suits you is for you to decide.',
    ],
    followers: ['Have a look and decide in your own time.', 'Either way, the decision stays yours.'],
    subjects: ['Your choice: {product}', 'For you to decide: {product}'],
  },
  {
    id: 'relevance',
    name: 'Personal relevance',
    source:
      'Petty, R. E. & Cacioppo, J. T. (1986). The Elaboration Likelihood Model of Persuasion. Advances in Experimental Social Psychology 19.',
    suits: null,
    openers: [
      'A thought for you: {product}.',
      'We thought of you for {product}.',
      'Have you considered {product} for yourself?',
    ],
    followers: ['See whether it fits the way you live.', 'Only you know what suits you, so have a look.'],
    subjects: ['A thought for you: {product}', 'Have you considered {product}?'],
  },
  {
    id: 'small_step',
    name: 'Small next step',
    source:
      'Freedman, J. L. & Fraser, S. C. (1966). Compliance without Pressure: The Foot-in-the-Door Technique. Journal of Personality and Social Psychology 4(2).',
    suits: START,
    openers: [
      'Start small with {product}.',
      'Just the first step today: {product}.',
      'Big plans begin with something small. {product} can be it.',
    ],
    followers: ['The first step is the only one you need now.', 'Begin, and see where it leads.'],
    subjects: ['Start small: {product}', 'The first step to {product}'],
  },
  {
    id: 'gain_framing',
    name: 'Gain framing',
    source:
      'Rothman, A. J. & Salovey, P. (1997). Shaping Perceptions to Motivate Healthy Behavior: The Role of Message Framing. Psychological Bulletin 121(1).',
    suits: SAVE,
    openers: [
      'Make {product} work for you.',
      'Good to have on your side: {product}.',
      'Picture it done: {product} in place, and one thing less to think of.',
    ],
    followers: ['Done once, it is off your list.', 'Give yourself one thing less to think of.'],
    subjects: ['Make {product} work for you', 'One thing less to think of: {product}'],
  },
  {
    id: 'curiosity_gap',
    name: 'Curiosity gap',
    source:
      'Loewenstein, G. (1994). The Psychology of Curiosity: A Review and Reinterpretation. Psychological Bulletin 116(1).',
    suits: null,
    openers: [
      'What could {product} do for you?',
      'There is more to {product} than its name.',
      'A question: how well do you know {product}?',
    ],
    followers: ['The answer is only a look away.', 'See for yourself.'],
    subjects: ['What could {product} do for you?', 'How well do you know {product}?'],
  },
  {
    id: 'self_efficacy',
    name: 'Self-efficacy',
    source:
      'Bandura, A. (1977). Self-efficacy: Toward a Unifying Theory of Behavioral Change. Psychological Review 84(2).',
    suits: USE,
    openers: [
      'You can do this: {product}.',
      '{product} is well within your reach.',
      'You have managed harder things than {product}.',
    ],
    followers: ['Take it at your own pace; you have got this.', 'It is yours to do, whenever you like.'],
    subjects: ['You can do this: {product}', 'Within your reach: {product}'],
  },
  {
    id: 'mental_accounting',
    name: 'Mental accounting',
    source: 'Thaler, R. H. (1985). Mental Accounting and Consumer Choice. Marketing Science 4(3).',
    suits: SAVE,
    openers: [
      'Give it a place of its own: {product}.',
      'What has its own place is easier to keep. Think of {product}.',
      'Set aside a place for what matters, with {product}.',
    ],
    followers: ['A place of its own makes it easier to stick to.', 'Keep what matters apart from the everyday.'],
    subjects: ['A place of its own: {product}', 'Set aside a place: {product}'],
  },
  {
    id: 'social_norm',
    name: 'Social proof',
    source:
      'Cialdini, R. B., Reno, R. R. & Kallgren, C. A. (1990). A Focus Theory of Normative Conduct. Journal of Personality and Social Psychology 58(6).',
    suits: null,
    openers: [
      'Worth talking over with someone you trust: {product}.',
      'What would the people you trust say about {product}?',
      'Good ideas get passed on. Maybe {product} is yours to pass on.',
    ],
    followers: ['Ask somebody whose judgement you value.', 'Talk it over, then decide.'],
    subjects: ['Talk it over: {product}', 'What would they say about {product}?'],
  },
];
