import type { TechniqueWording } from './wording.ts';

/** Techniques about beginnings, steps, plans and time. */
export const ENGLISH_PROGRESS = {
  goal_gradient: {
    subjects: ['Your next step: {product}', 'One step further with {product}', 'Your next step is right here'],
    preheaders: ['One step at a time is how things get done. Here is one.'],
    openers: [
      'Whatever you are working towards, here is one step on the way: {product}.',
      'Getting somewhere is a matter of the next step, and your next step can be {product}.',
      'Every step counts for more the nearer you get. Let your next one be {product}.',
    ],
    hooks: [
      'Next in line: {product}.',
      'Your next step: {product}.',
      'One step further: {product}.',
      'Keep going. Next stop: {product}.',
      'Your next step is right in front of you.',
      'Keep at it.',
    ],
    bodies: [
      'Do not look at the whole road. Look at the next few metres.',
      'The nearer the finish, the lighter the step. So keep going.',
      'One step at a time is how things get done, and this one is right in front of you.',
    ],
    closers: ['One step, then the next.', 'Keep going.', 'On to the next step.'],
  },
  implementation_intention: {
    subjects: ['When will you look at {product}?', 'Pick your moment for {product}', 'Pick your moment'],
    preheaders: ['Choose a time and a place now, and it is as good as planned.'],
    openers: [
      'Good intentions need a time and a place. What could yours be for {product}?',
      'Here is a small plan: after your next cup of coffee, take a look at {product}.',
      'A plan with a fixed moment is easier to keep. Choose yours for {product}: this evening, or tomorrow at breakfast?',
    ],
    hooks: [
      'Note a time for {product}.',
      'Pick your moment for {product}.',
      '~After your next coffee: {product}.',
      'Which moment today suits you for {product}?',
      'Pick your moment today.',
      '~After your next coffee, take care of this.',
    ],
    bodies: [
      'Try saying it as a plan: "When I sit down tonight, I will take care of this."',
      'Tie it to something you do anyway, such as your coffee or your way home, and it is harder to forget.',
      'You choose the when. The how is right here.',
    ],
    closers: ['If now is not the moment, put it in your calendar.', 'Now is a moment, too.', 'Your moment, your plan.'],
  },
  fresh_start: {
    subjects: ['A fresh start with {product}', 'Turn the page with {product}', 'A good day to begin'],
    preheaders: ['A clean page is a good place to begin, and today has one.'],
    openers: [
      'Some days feel like a clean page. Use one of them for {product}.',
      'A new week, a new month or just a new day: each is a good time to begin. How about {product}?',
      'What was yesterday need not decide what comes next. Make today the day for {product}.',
    ],
    hooks: [
      'Begin afresh with {product}.',
      'Make today day one for {product}.',
      'Turn the page with {product}.',
      'A fresh start: {product}.',
      'Today is a good day to begin.',
      'Turn the page today.',
    ],
    bodies: [
      'Every beginning has a push of its own. Take this one along.',
      'Leave what you have put off where it was, and begin from here.',
      'You do not need a special date for it. Today will do.',
    ],
    closers: ['Here is to a good start.', 'Day one can be today.', 'A good start to you.'],
  },
  endowed_progress: {
    subjects: ['Carry on with {product}', 'You have made a start. Next: {product}', 'You have already made a start'],
    preheaders: ['You do not begin from nothing. Carry on from where you are.'],
    openers: [
      'You do not begin from nothing: you are already with us. From here, you can go on to {product}.',
      'The first step is behind you, because you are already with us. The next one can be {product}.',
      'You have made a start by being with us. Carry on from there, with {product}.',
    ],
    hooks: [
      'Next up for you: {product}.',
      'You have made a start. Now {product}.',
      'Carry on with {product}.',
      'Go on from here to {product}.',
      'You have made a start. Carry on from here.',
      'Carry on from where you are.',
    ],
    bodies: [
      'It is easier to carry on than to begin. So carry on.',
      'Think of it as picking up where you are, not as starting over.',
      'You have come this far. The way on is right here.',
    ],
    closers: ['You are on your way.', '~On you go.', 'No need to start over.'],
  },
  small_step: {
    subjects: ['Start small with {product}', 'Just the first step: {product}', 'Start with something small'],
    preheaders: ['No need to settle everything today. A first look will do.'],
    openers: [
      'Big things begin small. With {product}, begin by taking a look.',
      'You need not settle everything about {product} today. Settle the first step.',
      'Take just the first step towards {product} now, and the second when you get there.',
    ],
    hooks: [
      'Begin with a first look at {product}.',
      'Start small with {product}.',
      'First step today: {product}.',
      'Just one small step towards {product}.',
      'Start with one small step.',
      'First a look, then a decision.',
    ],
    bodies: [
      'Whatever comes after that can wait until you are there.',
      'First a look, then a thought, then a decision: in that order, and at your own pace.',
      'Cut into pieces, nearly everything becomes manageable.',
    ],
    closers: ['One small step is enough for today.', 'The next step can wait its turn.', 'Small steps count, too.'],
  },
  self_efficacy: {
    subjects: ['You can do this: {product}', 'Up to the task: {product}', 'You can do this'],
    preheaders: ['You set the pace, and your own judgement is all you need.'],
    openers: [
      'You decide about more complicated things every day. You will find your way with {product} as well.',
      'You need not be an expert to form a view of {product}. Your own judgement will do.',
      'You know how to make up your mind. Put that to use on {product}.',
    ],
    hooks: [
      'You know best what you need. See {product}.',
      'You can do this: {product}.',
      '~You have got this: {product}.',
      'Trust your judgement on {product}.',
      '~You have got this.',
      'You can do this.',
    ],
    bodies: [
      'Go through it step by step. You set the pace.',
      'Trust your own judgement. It has brought you this far.',
      'What looks new at first becomes familiar with the first step.',
    ],
    closers: ['You will manage.', 'Trust yourself with this one.', 'We have no doubt that you can.'],
  },
  deadline: {
    subjects: ['Mind the date: {product}', 'A date to note for {product}', 'A date to note'],
    preheaders: ['There is a date to keep in mind, and you will find it inside.'],
    openers: [
      'There is a date to keep in mind for {product}. You will find it below.',
      'This note about {product} comes with a date. Look at it now, while it is in front of you.',
      'If you want {product}, mind the date below.',
    ],
    hooks: [
      'Put the date for {product} in your calendar.',
      'Mind the date for {product}.',
      'Note the date for {product}.',
      'If you want {product}, mind the date.',
      'Here is a date to note.',
      'Mind the date.',
    ],
    bodies: [
      'Put it in your calendar, or settle it straight away.',
      'Dates come round faster than one thinks.',
      'What is settled today need not be remembered tomorrow.',
    ],
    closers: ['Better settled than forgotten.', 'Done is done.', 'Best to note it now.'],
  },
} as const satisfies Record<string, TechniqueWording>;
