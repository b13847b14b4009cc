import type { CampaignStatus } from '../../src/product/campaigns/campaign.ts';
import type { ApprovalStage, ReviewStatus } from '../../src/product/messages/message.ts';

// The lifecycle of campaigns and messages as the contract tells it, written a second time without looking at how the server
// does it: what a step answers and what is there afterwards.

export const PLANS: Readonly<Record<string, readonly string[]>> = {
  small: ['A', 'B'],
  other: ['B', 'C'],
  large: ['A', 'B', 'C', 'D'],
};
export type GroupName = 'small' | 'other' | 'large';

/** How a writing goes: to its end, refused after so many texts, or cancelled before anything is saved. */
export type Outcome = 'whole' | 'cancelled' | number;

export type Step =
  | { kind: 'rename' | 'change' | 'approve' | 'reopen' | 'publish' | 'delete' | 'edit' }
  | { kind: 'generate'; outcome: Outcome }
  | { kind: 'rerun'; group: GroupName; outcome: Outcome }
  | { kind: 'rewrite'; outcome: 'whole' | 0 }
  | { kind: 'decide'; to: ReviewStatus }
  | { kind: 'decide_all'; to: ReviewStatus };

export type ModelMessage = { review: ReviewStatus; stage: ApprovalStage; isReused: boolean };

/** Messages stand under plan and channel. */
export type Model = {
  status: CampaignStatus;
  run: number;
  brief: number;
  group: GroupName;
  channels: readonly string[];
  wasPublished: boolean;
  messages: Map<string, ModelMessage>;
  /** Texts that were published, by brief, plan and channel. */
  published: Set<string>;
};

export function newModel(group: GroupName, channels: readonly string[]): Model {
  return {
    status: 'Draft',
    run: 1,
    brief: 0,
    group,
    channels,
    wasPublished: false,
    messages: new Map(),
    published: new Set(),
  };
}

const wanted = (model: Model): string[] =>
  (PLANS[model.group] ?? []).flatMap((plan) => model.channels.map((channel) => `${plan} ${channel}`));
export const missing = (model: Model): string[] => wanted(model).filter((key) => !model.messages.has(key));

/** Takes over what was published under the same brief. */
function takeOver(model: Model): void {
  for (const key of missing(model))
    if (model.published.has(`${model.brief} ${key}`))
      model.messages.set(key, { review: 'Approved', stage: 'Ready to publish', isReused: true });
}

/** How many texts are still to be written when this step begins to write; null where it does not write. */
export function toBeWritten(model: Model, step: Step): number | null {
  const trial: Model = { ...model, messages: new Map(model.messages) };
  if (step.kind === 'generate' && (model.status === 'Draft' || model.status === 'Failed')) {
    takeOver(trial);
    return missing(trial).length;
  }
  if (step.kind === 'rerun' && model.status === 'Published') {
    Object.assign(trial, { group: step.group, messages: new Map() });
    takeOver(trial);
    return missing(trial).length;
  }
  return null;
}

/** `kept` tells which texts were saved of a writing that did not come to its end: which ones is not for a caller to know. */
function write(model: Model, outcome: Outcome, kept: readonly string[]): void {
  const texts = outcome === 'whole' ? missing(model) : kept;
  for (const key of texts) model.messages.set(key, { review: 'Pending', stage: 'Ready for review', isReused: false });
  model.status = outcome === 'whole' ? 'Ready for review' : 'Failed';
}

function setBack(model: Model, key: string, review: ReviewStatus): void {
  const message = model.messages.get(key);
  if (message !== undefined) model.messages.set(key, { ...message, review, stage: 'Ready for review' });
}

const isInReview = (model: Model) => model.status === 'Ready for review' || model.status === 'Ready to publish';

function decide(model: Model, keys: readonly string[], to: ReviewStatus): string {
  if (keys.some((key) => model.messages.get(key)?.stage === 'Published')) return 'message_published';
  if (!isInReview(model)) return 'wrong_state';
  const changed = keys.filter((key) => model.messages.get(key)?.review !== to);
  for (const key of changed) setBack(model, key, to);
  if (changed.length > 0) model.status = 'Ready for review';
  return 'ok';
}

function approve(model: Model): string {
  if (model.status !== 'Ready for review') return 'wrong_state';
  const all = [...model.messages.entries()];
  if (all.some(([, { review }]) => review === 'Pending' || review === 'Rejected')) return 'messages_undecided';
  if (all.every(([, { review }]) => review === 'Excluded')) return 'nothing_to_publish';
  stageApproved(model, 'Ready to publish');
  model.status = 'Ready to publish';
  return 'ok';
}

function stageApproved(model: Model, stage: ApprovalStage): void {
  for (const [key, message] of model.messages)
    if (message.review === 'Approved') model.messages.set(key, { ...message, stage });
}

function publish(model: Model): string {
  if (model.status !== 'Ready to publish' && model.status !== 'Published') return 'wrong_state';
  stageApproved(model, 'Published');
  for (const [key, { review }] of model.messages)
    if (review === 'Approved') model.published.add(`${model.brief} ${key}`);
  Object.assign(model, { status: 'Published', wasPublished: true });
  return 'ok';
}

/** Applies a step to the model and says the answer: `ok`, or the code of the refusal, which changes nothing. */
export function apply(model: Model, step: Step, key: string | null, kept: readonly string[]): string {
  switch (step.kind) {
    case 'rename':
      return 'ok';
    case 'change':
      if (model.status !== 'Draft') return 'wrong_state';
      model.brief += 1;
      return 'ok';
    case 'generate':
      if (model.status !== 'Draft' && model.status !== 'Failed') return 'wrong_state';
      takeOver(model);
      write(model, step.outcome, kept);
      return 'ok';
    case 'decide':
      return key === null ? 'not_found' : decide(model, [key], step.to);
    case 'decide_all':
      return decide(
        model,
        [...model.messages].filter(([, { review }]) => review === 'Pending').map(([found]) => found),
        step.to,
      );
    case 'edit': {
      if (key === null) return 'not_found';
      if (model.messages.get(key)?.stage === 'Published') return 'message_published';
      if (!isInReview(model)) return 'wrong_state';
      setBack(model, key, 'Pending');
      model.status = 'Ready for review';
      return 'ok';
    }
    case 'rewrite': {
      if (!isInReview(model)) return 'wrong_state';
      if (key === null) return 'not_found';
      if (step.outcome === 'whole') setBack(model, key, 'Pending');
      model.status = 'Ready for review';
      return 'ok';
    }
    case 'approve':
      return approve(model);
    case 'reopen':
      if (model.status !== 'Ready for review' && model.status !== 'Failed') return 'wrong_state';
      model.messages.clear();
      model.status = 'Draft';
      return 'ok';
    case 'publish':
      return publish(model);
    case 'rerun':
      if (model.status !== 'Published') return 'not_published';
      Object.assign(model, { run: model.run + 1, group: step.group, messages: new Map() });
      takeOver(model);
      if (missing(model).length === 0) model.status = 'Ready to publish';
      else write(model, step.outcome, kept);
      return 'ok';
    case 'delete':
      return model.wasPublished ? 'published_campaign' : 'ok';
  }
}
