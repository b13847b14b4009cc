import assert from 'node:assert/strict';
import { BRIEF, type TestCampaigns } from '../../src/product/campaigns/test-campaign.ts';
import { newGroup } from '../../src/product/customers/test-workspace.ts';
import type { ReviewStatus } from '../../src/product/messages/message.ts';
import { seededRandom } from '../../src/product/segments/test-fields.ts';
import type { Answer, TestServer } from '../harness.ts';
import {
  apply,
  type GroupName,
  type Model,
  missing,
  newModel,
  PLANS,
  type Step,
  toBeWritten,
} from './campaign-model.ts';
import type { Script } from './scripted-writing.ts';

/** Who is in each group: three on each plan, of whom one has not consented and one is suppressed. */
export type Groups = Readonly<Record<GroupName, string>>;
const PER_PLAN = 3;

export async function makeGroups(server: TestServer, six: TestCampaigns): Promise<Groups> {
  const made: Partial<Record<GroupName, string>> = {};
  for (const name of ['small', 'other', 'large'] as const) {
    const group = await newGroup(server.a, name);
    made[name] = group;
    const people = (PLANS[name] ?? []).flatMap((plan) =>
      Array.from({ length: PER_PLAN }, (_, index) => ({
        customer_number: `${name} ${plan} ${index}`,
        first_name: `Person ${index}`,
        plan,
        consent: index !== 1,
      })),
    );
    await six.add(people, group);
    await six.ok('PUT', '/v1/suppression', {
      identifiers: (PLANS[name] ?? []).map((plan) => ({ customer_number: `${name} ${plan} 2` })),
    });
  }
  return made as Groups;
}

const STEPS: readonly [weight: number, kind: Step['kind']][] = [
  [0.5, 'rename'],
  [0.5, 'change'],
  [4, 'generate'],
  [3, 'decide'],
  [6, 'decide_all'],
  [1, 'edit'],
  [1, 'rewrite'],
  [9, 'approve'],
  [0.7, 'reopen'],
  [9, 'publish'],
  [6, 'rerun'],
  [0.5, 'delete'],
];
const DECISIONS: readonly ReviewStatus[] = [
  ...Array.from({ length: 7 }, (): ReviewStatus => 'Approved'),
  'Excluded',
  'Excluded',
  'Rejected',
  'Pending',
];
/** Steps that are sent several times at once now and then: they must have one effect. */
const AT_ONCE = new Set<Step['kind']>(['generate', 'approve', 'reopen', 'publish', 'rerun']);

export type Told = { steps: number; refused: number; published: number; pairs: Set<string> };

/** One campaign's life of so many random steps, compared with the model after each. */
export async function liveThrough(
  parts: { server: TestServer; six: TestCampaigns; groups: Groups; script: Script },
  seed: number,
  length: number,
  told: Told,
): Promise<void> {
  const { server, six, groups, script } = parts;
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const eligible = random() < 0.5;
  const trace: string[] = [`seed ${seed}`];
  let births = 0;
  let model: Model;
  let campaignId: string;
  const product = () => `Saver ${seed}.${births} ${model.brief}`;
  const call = (method: string, path: string, body: Record<string, unknown> = {}) =>
    server.a.call(method, path, { workspace_id: server.a.workspaceId, campaign_id: campaignId, ...body });

  async function beBorn(): Promise<void> {
    births += 1;
    model = newModel(pick(['small', 'other', 'large'] as const), random() < 0.5 ? ['sms'] : ['sms', 'push']);
    campaignId = await six.draft(`Life ${seed}.${births}`, {
      customer_group_id: groups[model.group],
      brief: { ...BRIEF, product: product() },
      channels: model.channels.map((channel) => ({ channel })),
      export_fields: ['first_name'],
      eligible_when: eligible ? [{ field_name: 'consent', op: 'is', value: true }] : [],
    });
  }

  const keyOf = (message: { segment: { criteria: { plan: string } }; channel: string }) =>
    `${message.segment.criteria.plan} ${message.channel}`;
  const messagesNow = async () => (await call('POST', '/v1/campaign/messages', { page_size: 1_000 })).body;

  function draw(): Step {
    const sum = STEPS.reduce((total, [weight]) => total + weight, 0);
    let at = random() * sum;
    const kind = STEPS.find(([weight]) => {
      at -= weight;
      return at < 0;
    })?.[1];
    const outcome = random() < 0.7 ? 'whole' : random() < 0.4 ? 'cancelled' : Math.floor(random() * 4);
    if (kind === 'generate') return { kind, outcome };
    if (kind === 'rerun') return { kind, outcome, group: pick(['small', 'other', 'large'] as const) };
    if (kind === 'rewrite') return { kind, outcome: random() < 0.7 ? 'whole' : 0 };
    if (kind === 'decide' || kind === 'decide_all') return { kind, to: pick(DECISIONS) };
    return { kind: kind ?? 'rename' };
  }

  async function send(step: Step, messageId: string | null): Promise<Answer> {
    const id = messageId ?? '018f0000-0000-7000-8000-000000000000';
    switch (step.kind) {
      case 'rename':
        return call('PATCH', '/v1/campaign', { campaign_name: `Life ${seed}.${births} ${told.steps}` });
      case 'change':
        return call('PATCH', '/v1/campaign', {
          brief: { ...BRIEF, product: `Saver ${seed}.${births} ${model.brief + 1}` },
        });
      case 'generate':
        return call('POST', '/v1/campaign/generate');
      case 'decide':
        return call('PATCH', '/v1/campaign/messages', { message_ids: [id], review_status: step.to });
      case 'decide_all':
        return call('PATCH', '/v1/campaign/messages', { all: true, review_status: step.to });
      case 'edit':
        return call('PATCH', '/v1/campaign/messages', { message_ids: [id], message: 'Open it today: a text by hand.' });
      case 'rewrite':
        return call('POST', '/v1/campaign/messages/regenerate', { message_ids: [id] });
      case 'approve':
        return call('POST', '/v1/campaign/approve');
      case 'reopen':
        return call('POST', '/v1/campaign/reopen');
      case 'publish':
        return call('POST', '/v1/messages/publish');
      case 'rerun':
        return call('POST', '/v1/campaign/rerun/initiate', { customer_group_id: groups[step.group] });
      case 'delete':
        return call('DELETE', '/v1/campaign');
    }
  }

  /** Of several at once one has an effect; all that publish are given its job. */
  async function sendOften(step: Step, messageId: string | null, expected: string): Promise<Answer> {
    // A writing that fails may have failed before the last copy comes, which then rightly begins it again.
    const mayBeginAgain = 'outcome' in step && typeof step.outcome === 'number';
    const copies = AT_ONCE.has(step.kind) && random() < 0.2 && !mayBeginAgain ? 4 : 1;
    const answers = await Promise.all(Array.from({ length: copies }, () => send(step, messageId)));
    const good = answers.filter(({ status }) => status === 200);
    const [first] = good.length > 0 ? good : answers;
    assert.ok(first !== undefined);
    if (expected === 'ok' && step.kind !== 'publish') assert.equal(good.length, 1, 'one effect');
    if (expected !== 'ok') assert.equal(good.length, 0);
    return first;
  }

  async function checkExport(jobId: string): Promise<void> {
    const { result } = await six.ended(jobId);
    const perPlan = eligible ? 1 : 2;
    const approved = [...model.messages.values()].filter(({ review }) => review === 'Approved').length;
    const plans = PLANS[model.group]?.length ?? 0;
    assert.equal(result.rows, approved * perPlan, 'rows');
    assert.deepEqual([result.suppressed, result.ineligible], [plans, eligible ? plans : 0]);
    told.published += 1;
  }

  /** Mostly a step that is allowed, else campaigns would hardly get anywhere. */
  function drawSensibly(key: string | null): Step {
    let step = draw();
    for (let tries = 0; tries < 20; tries += 1) {
      if (apply(structuredClone(model), step, key, []) === 'ok' || random() < 0.1) break;
      step = draw();
    }
    return step;
  }

  async function take(): Promise<void> {
    const before = await messagesNow();
    const target = before.length === 0 ? null : before[Math.floor(random() * before.length)];
    const key = target === null ? null : keyOf(target);
    const step = drawSensibly(key);
    const writes = toBeWritten(model, step);
    // Where nothing is left to write, nothing can be refused or cancelled.
    const now: Step = 'outcome' in step && writes === 0 ? ({ ...step, outcome: 'whole' } as Step) : step;
    const outcome = 'outcome' in now ? now.outcome : 'whole';
    const fails = typeof outcome === 'number' && (now.kind === 'rewrite' || (writes ?? 0) > outcome);
    const real: Step = typeof outcome === 'number' && !fails ? ({ ...now, outcome: 'whole' } as Step) : now;
    trace.push(`${JSON.stringify(real)} ${key ?? ''} in ${model.status}`);
    const dry = apply(structuredClone(model), real, key, []);
    const scene = script.play(product(), 'outcome' in real ? real.outcome : 'whole');
    const answer = await sendOften(real, target?.message_id ?? null, dry);
    assert.equal(answer.status === 200 ? 'ok' : answer.body.code, dry);
    told.pairs.add(`${model.status} ${real.kind} ${dry === 'ok'}`);
    if (dry !== 'ok') told.refused += 1;
    const jobId = dry === 'ok' && 'outcome' in real ? answer.body.job_id : null;
    if (jobId !== null) {
      if (real.kind !== 'rewrite' && 'outcome' in real && real.outcome === 'cancelled') {
        await scene.begun;
        await six.ok('DELETE', '/v1/job', { job_id: jobId });
        scene.release();
      }
      await six.ended(jobId);
    }
    if (dry === 'ok' && real.kind === 'delete') return beBorn();
    const after = await messagesNow();
    const known = new Set(before.map((message: { message_id: string }) => message.message_id));
    const kept: string[] = after
      .filter((message: { message_id: string; reused_from: string | null }) => {
        return !known.has(message.message_id) && message.reused_from === null;
      })
      .map(keyOf);
    if (writes !== null && 'outcome' in real && real.outcome !== 'whole')
      assert.equal(
        kept.length,
        real.outcome === 'cancelled' ? 0 : Math.min(Number(real.outcome), writes),
        'kept texts',
      );
    apply(model, real, key, kept);
    if (dry === 'ok' && real.kind === 'publish') await checkExport(answer.body.job_id);
    await compare(after);
  }

  // biome-ignore lint/suspicious/noExplicitAny: messages as callers get them
  async function compare(messages: any[]): Promise<void> {
    const campaign = (await call('POST', '/v1/campaign')).body;
    assert.deepEqual(
      [campaign.status, campaign.current_run, campaign.active_job_id, campaign.failure_reason !== null],
      [model.status, model.run, null, model.status === 'Failed'],
    );
    assert.deepEqual(
      Object.fromEntries(
        messages.map((message: Parameters<typeof keyOf>[0] & Record<string, unknown>) => [
          keyOf(message),
          [message.review_status, message.approval_stage, message.reused_from !== null],
        ]),
      ),
      Object.fromEntries(
        [...model.messages].map(([key, { review, stage, isReused }]) => [key, [review, stage, isReused]]),
      ),
    );
    assert.ok(model.status === 'Failed' || model.status === 'Draft' || missing(model).length === 0);
  }

  await beBorn();
  try {
    for (let at = 0; at < length; at += 1) {
      await take();
      told.steps += 1;
    }
  } catch (error) {
    throw new Error(`${String(error)}\n${trace.join('\n')}`, { cause: error });
  }
}
