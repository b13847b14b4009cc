import type { TechniqueWording } from './wording.ts';

/** Techniques about what moves people: gain and loss, choice, trust, other people, curiosity. */
export const ENGLISH_MOTIVES = {
  loss_aversion: {
    subjects: ['Do not let {product} slip by', 'Before {product} slips your mind', 'Before this slips your mind'],
    openers: [
      'It is easy to put something like {product} off, and easier still to forget it altogether.',
      'Some things are missed only because nobody looked. We would not like {product} to be one of them.',
      'It would be a pity to find out later that you never gave {product} a proper look.',
    ],
    hooks: [
      'Do not leave {product} for later.',
      'Do not let {product} slip by.',
      'It would be a pity to miss {product}.',
      'What is put off is soon forgotten. Think of {product}.',
      'Later has a way of becoming never.',
      'What is put off is soon forgotten.',
    ],
    bodies: [
      'Not deciding is a decision, too. A look now keeps the choice in your hands.',
      'If it is not for you, you have lost nothing by looking. If it is, you would want to know.',
      'Later has a way of becoming never, so here is the direct way.',
    ],
    closers: [
      'Better a look now than a regret later.',
      'Have a look before it slips your mind.',
      'Do not leave it for too long.',
    ],
  },
  commitment: {
    subjects: ['True to your choice: {product}', 'You chose us. Now see {product}', 'True to your choice'],
    openers: [
      'You decided for us once. If that was a good decision, {product} could be the next one.',
      'You know what matters to you, and you have acted on it before. See how well you and {product} go together.',
      'Decisions are easier when they follow from earlier ones. You chose us, and a look at {product} follows from that.',
    ],
    hooks: [
      'One good choice leads to another: {product}.',
      'You chose us. Now see {product}.',
      'True to your choice: {product}.',
      'You know what suits you. Take a look at {product}.',
      'You know what suits you.',
      'Stay true to your choice.',
    ],
    bodies: [
      'Ask yourself what you would advise a friend in your place, then do just that.',
      'If it is in line with what you have wanted all along, take the next step. If not, leave it.',
      'Sticking to what suits you is a good plan.',
    ],
    closers: [
      'Stay true to what suits you.',
      'One good decision leads to the next.',
      'It is in line with what you chose.',
    ],
  },
  reciprocity: {
    subjects: ['Thank you, and a word on {product}', 'With our thanks: {product}', 'First of all, thank you'],
    openers: [
      'Thank you for being with us. In return, here is a pointer to {product}.',
      'Thank you for the trust you place in us. In return we keep this short: it is about {product}.',
      'We are glad that you are with us, and we wanted you to hear about {product} from us directly.',
    ],
    hooks: [
      'A thank-you from us, and a pointer: {product}.',
      'Thank you for being with us. Have a look at {product}.',
      'With our thanks, a pointer to {product}.',
      'Glad you are with us. A word on {product}.',
      'Thank you for being with us.',
      'We are glad to have you with us.',
    ],
    bodies: [
      'Your time is worth something, so we will not use more of it than we must.',
      'You have given us your trust. We would like to give something back, beginning with plain words.',
      'We would be glad to know that it was useful to you.',
    ],
    closers: ['Thank you for reading.', 'Thank you for your trust.', 'It is good to have you with us.'],
  },
  simplification: {
    subjects: ['In short: {product}', 'Short and clear: {product}', 'One thing, in short'],
    openers: [
      'We will keep this short. It is about {product}, and there is one thing to do.',
      'No long read today, just this: {product}.',
      'One message, one subject: {product}.',
    ],
    hooks: [
      'Only this today: {product}.',
      'In short: {product}.',
      'One thing today: {product}.',
      'Short and clear: {product}.',
      'Just one thing today.',
      'We will keep it short.',
    ],
    bodies: [
      'The one thing to do comes next. There is no more to this message.',
      'Read it, decide, done.',
      'If you want to, go ahead. If not, you can stop reading here.',
    ],
    closers: ['That is all for today.', 'Short enough, we hope.', 'Nothing else for now.'],
  },
  autonomy: {
    subjects: ['Your choice: {product}', 'It is up to you: {product}', 'It is entirely up to you'],
    openers: [
      'Only you can say whether you want {product}.',
      'You are free to say no. Before you do, have a look at {product}.',
      'Nobody knows better than you what you need. Have a look at {product} and judge for yourself.',
    ],
    hooks: [
      'Look at {product} and decide for yourself.',
      'Your choice: {product}.',
      'It is up to you: {product}.',
      'You decide. Have a look at {product}.',
      'You are free to say no, but have a look.',
      'Have a look, then decide.',
    ],
    bodies: [
      'There is no wrong answer here. Go by what suits you.',
      'Yes or no: you decide, and either is fine with us.',
      'Look at it from every side. The decision stays with you.',
    ],
    closers: ['But you are free to decide otherwise.', 'The choice is yours.', 'It is your decision alone.'],
  },
  relevance: {
    subjects: ['A thought for you: {product}', 'Have you considered {product}?', 'A thought for you'],
    openers: [
      'Some things are worth a thought of their own. For you, that might be {product}.',
      'We thought of you when it came to {product}.',
      'Have you ever asked yourself what {product} would change for you?',
    ],
    hooks: [
      'Where would {product} fit into your plans?',
      'A thought for you: {product}.',
      'Have you considered {product}?',
      'Could {product} be for you?',
      'Here is a thought for you.',
      'We thought of you.',
    ],
    bodies: [
      'Picture an ordinary Tuesday. Where would it fit in?',
      'Hold it against your own plans and see where the two meet.',
      'What counts is not what others make of it, but what it would do for you.',
    ],
    closers: ['You know best where it fits in.', 'See what it means for you.', 'You are the best judge of that.'],
  },
  gain_framing: {
    subjects: ['Make the most of {product}', 'What could you make of {product}?', 'Do something for yourself'],
    openers: [
      'Imagine looking back and being glad that you gave {product} a chance.',
      'Think of what you would like to have more of. Then see what {product} could add to it.',
      'It feels good to do something for yourself. Today, that could be {product}.',
    ],
    hooks: [
      'What would you gain from {product}?',
      'Make the most of {product}.',
      'See what you can make of {product}.',
      'Do something for yourself: {product}.',
      'Do something for yourself today.',
      'Think of what you could gain.',
    ],
    bodies: [
      'Begin with what you would gain, and the decision becomes clearer.',
      'Write down the one thing you want from it. If you find it there, you have your answer.',
      'Look for what is in it for you, and be demanding about it.',
    ],
    closers: [
      'Your future self may well thank you.',
      'Here is to more of what you want.',
      'It is all about what you want.',
    ],
  },
  curiosity_gap: {
    subjects: ['How well do you know {product}?', 'A question about {product}', 'A question for you'],
    openers: [
      'Here is a question for you: what do you know about {product}, and what do you only think you know?',
      'You may have heard of {product}. Do you know what is behind the name?',
      'What would you ask about {product} if you could ask just one thing?',
    ],
    hooks: [
      'A question for you: do you know {product}?',
      'How well do you know {product}?',
      'What could {product} do for you?',
      'Curious about {product}?',
      'Curious? Find out more.',
      'What would you like to know?',
    ],
    bodies: [
      'The answer is one look away.',
      'Keep the question in mind, and go and look.',
      'Guessing is half the fun. Looking is the other half.',
    ],
    closers: ['See for yourself.', 'Enjoy finding out.', 'We are curious what you will say.'],
  },
  mental_accounting: {
    subjects: ['Make room for {product}', 'A place of its own: {product}', 'A place for what matters'],
    openers: [
      'What has a place of its own is easier to keep. Make room for {product}.',
      'Try thinking in pots: one for today, one for later, one for what matters most. Which of them is the one for {product}?',
      'Things that matter deserve a plan of their own. Give {product} a place in yours.',
    ],
    hooks: [
      'A plan of its own: {product}.',
      'Make room for {product}.',
      'Give {product} a place in your plans.',
      'A place of its own: {product}.',
      'Make room for what matters.',
      'Give what matters its own place.',
    ],
    bodies: [
      'Kept apart from the everyday, a good plan is less likely to get lost in it.',
      'Give it a name and a purpose, and it will be easier to stick to.',
      'Decide what it is for before you decide anything else.',
    ],
    closers: [
      'A clear purpose makes a clear decision.',
      'Everything in its place.',
      'First the purpose, then the plan.',
    ],
  },
  social_norm: {
    subjects: ['Worth talking over: {product}', 'What would they say about {product}?', 'Worth talking over'],
    openers: [
      'Good decisions are often made at the kitchen table. Bring {product} up at yours.',
      'Think of someone whose judgement you trust. What would they say about {product}?',
      'Before you decide on {product}, ask the person you would ask about anything important.',
    ],
    hooks: [
      'Ask someone you trust about {product}.',
      'Talk {product} over with someone you trust.',
      'What would your friends say about {product}?',
      'Worth talking over: {product}.',
      'Worth talking over with someone you trust.',
      'Ask someone you trust.',
    ],
    bodies: [
      'Two heads see more than one, and a conversation shows where you stand.',
      'If you would recommend it to a friend, it is worth a look of your own, too.',
      'Show it to somebody, hear what they think, then make up your own mind.',
    ],
    closers: ['Pass it on if you know someone it would suit.', 'Talk it over, then decide.', 'A second opinion helps.'],
  },
} as const satisfies Record<string, TechniqueWording>;
