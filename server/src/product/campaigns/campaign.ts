import { z } from 'zod';
import type { ApprovalRow } from '../approvals/approval.ts';
import type { Criteria, SegmentBy } from '../segments/segment-by.ts';
import type { Budget, Spending } from './budget.ts';
import { campaignFailures } from './errors.ts';

export const CAMPAIGN_STATUSES = [
  'Draft',
  'Generating',
  'Ready for review',
  'Ready to publish',
  'Published',
  'Failed',
] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

/** Every step a campaign can take: from where, to where. What is not here cannot happen. */
export const MOVES = {
  change: { from: ['Draft'], to: 'Draft', say: 'be changed' },
  generate: { from: ['Draft', 'Failed'], to: 'Generating', say: 'have its messages written' },
  finish_generation: { from: ['Generating'], to: 'Ready for review', say: 'end its writing' },
  fail_generation: { from: ['Generating'], to: 'Failed', say: 'fail its writing' },
  review: {
    from: ['Ready for review', 'Ready to publish'],
    to: 'Ready for review',
    say: 'have its messages edited or decided',
  },
  rewrite: { from: ['Ready for review', 'Ready to publish'], to: 'Ready for review', say: 'have messages rewritten' },
  approve: { from: ['Ready for review'], to: 'Ready to publish', say: 'be approved' },
  reopen: { from: ['Ready for review', 'Failed'], to: 'Draft', say: 'be reopened' },
  publish: { from: ['Ready to publish', 'Published'], to: 'Published', say: 'be published' },
  rerun_to_review: { from: ['Published'], to: 'Generating', say: 'be rerun' },
  rerun_to_publish: { from: ['Published'], to: 'Ready to publish', say: 'be rerun' },
} as const satisfies Record<string, { from: readonly CampaignStatus[]; to: CampaignStatus; say: string }>;

export type Move = keyof typeof MOVES;

/** The status a step leads to. Throws wrong_state (400), naming the present state and those that allow the step. */
export function move(status: CampaignStatus, step: Move): CampaignStatus {
  const { from, to, say } = MOVES[step];
  if ((from as readonly CampaignStatus[]).includes(status)) return to;
  throw campaignFailures.wrong_state({
    message: `The campaign is "${status}". It can ${say} only when it is ${from.map((state) => `"${state}"`).join(' or ')}.`,
  });
}

/** In this order they stand in the row indexes of published files: new ones go to the end. */
export const CHANNELS = ['email', 'sms', 'push', 'in_app', 'whatsapp'] as const;
export type ChannelName = (typeof CHANNELS)[number];

/** Characters a message may have where the campaign says nothing else. */
export const DEFAULT_MAX_LENGTH: Readonly<Record<ChannelName, number>> = {
  email: 2_000,
  sms: 160,
  push: 178,
  in_app: 400,
  whatsapp: 1_024,
};

export type Channel = { channel: ChannelName; max_length: number };

const phraseSchema = z.string().trim().min(1).max(200);

export const briefSchema = z
  .strictObject({
    objective: z.string().trim().min(1).max(500).describe('What the message shall bring about.'),
    product: z.string().trim().min(1).max(200),
    call_to_action: z.string().trim().min(1).max(200),
    tone: z
      .string()
      .trim()
      .min(1)
      .max(50)
      .optional()
      .describe(
        'In free words, in any of the four languages. The offline writer knows friendly, playful, formal, urgent and plain, and writes neutrally for others; "du", "Sie", "tu", "vous", "tú" or "usted" in it decides the address.',
      ),
    language: z
      .string()
      .trim()
      .min(2)
      .max(20)
      .optional()
      .describe(
        'A code ("de", "fr-CH") or a name ("Spanish"); English when absent. The offline writer writes en, de, fr and es.',
      ),
    link: z.url().max(500).optional(),
    allowed_links: z
      .array(z.url({ protocol: /^https?$/ }).max(500))
      .max(20)
      .optional()
      .describe('Addresses that texts may have beside link: these, and whatever lies below their path.'),
    audience_notes: z.string().trim().min(1).max(1_000).optional(),
    must_include: z.array(phraseSchema).max(20).optional(),
    must_avoid: z.array(phraseSchema).max(100).optional(),
  })
  .meta({ id: 'Brief' });
export type Brief = z.output<typeof briefSchema>;

export const channelsSchema = z
  .array(
    z.strictObject({
      channel: z.enum(CHANNELS),
      max_length: z
        .number()
        .int()
        .min(20)
        .max(10_000)
        .optional()
        .describe('Characters. SMS has 160 when nothing is said.'),
    }),
  )
  .min(1)
  .max(CHANNELS.length);

export type CampaignRow = {
  account_id: string;
  campaign_id: string;
  workspace_id: string;
  campaign_name: string;
  status: CampaignStatus;
  failure_reason: string | null;
  customer_group_id: string;
  brief: Brief;
  channels: Channel[];
  segment_by: {
    field_name: string;
    bands?: (number | string)[] | undefined;
    aliases?: Record<string, string> | undefined;
  }[];
  variants: number;
  min_segment_size: number;
  /** Ids of fields. */
  export_fields: string[];
  eligible_when: {
    field_name: string;
    op: 'is' | 'is_not' | 'in' | 'is_blank' | 'is_not_blank' | 'at_least' | 'at_most';
    value?: string | number | boolean | (string | number | boolean)[] | undefined;
  }[];
  writer: string;
  /** Percent of the customers that are held out as a control group. */
  holdout: number;
  current_run: number;
  active_job_id: string | null;
  created_by: string;
  created_at: Date;
  updated_at: Date;
  published_at: Date | null;
  /** Of the current run, newest first. */
  approvals: ApprovalRow[];
  /** How many approvers the workspace asks for. */
  quorum: number;
  /** The newest of the current run. */
  full_check: FullCheck | null;
  budget: Budget | null;
} & Spending;

/** What looking at all customers' texts has come to, for the content with this digest. */
export const fullCheckSchema = z.object({
  status: z
    .enum(['running', 'passed', 'failed', 'unfinished'])
    .describe('unfinished: the content was changed meanwhile, or the check broke off.'),
  digest: z.string(),
  customers: z.number().int(),
  texts: z.number().int(),
  long_sms: z.number().int().describe('Texts that take more than one SMS.'),
  problems: z.array(
    z.object({
      message_id: z.string(),
      code: z.enum(['too_long_rendered', 'empty_rendered']),
      customers: z.number().int(),
      longest: z.number().int(),
    }),
  ),
});
export type FullCheck = z.output<typeof fullCheckSchema>;

/** What a rerun took over, has written anew, and left behind; and what taking over saved. */
export const runLedgerSchema = z.object({
  segments: z.object({ reused: z.number().int(), new: z.number().int(), retired: z.number().int() }),
  messages: z.object({ reused: z.number().int(), new: z.number().int(), retired: z.number().int() }),
  saved: z
    .object({
      model_calls: z.number().int(),
      tokens: z.object({ input: z.number().int(), output: z.number().int() }),
      cost: z.number(),
      currency: z.string().nullable(),
    })
    .describe('What writing the reused texts took when they were written.'),
});
export type RunLedger = z.output<typeof runLedgerSchema>;

export type RunRow = {
  run_id: string;
  campaign_id: string;
  run_number: number;
  customer_group_id: string;
  customer_group_name: string;
  segment_count: number;
  reused_count: number;
  generated_count: number;
  archived_count: number;
  initiated_by: string;
  created_at: Date;
  completed_at: Date | null;
  approval_digest: string | null;
  /** Null for a first run, which has nothing to take over. */
  ledger: RunLedger | null;
  /** What its segments were made by. Null before they were, and in runs of before this was kept. */
  segment_by: SegmentBy | null;
};

export type SegmentRow = {
  segment_id: string;
  criteria: Criteria;
  canonical_criteria: string;
  label: string;
  size: number;
};

/** The maximal length each channel has, as the campaign says or by default. Throws duplicate_channel. */
export function readChannels(wish: z.output<typeof channelsSchema>): Channel[] {
  if (new Set(wish.map((entry) => entry.channel)).size !== wish.length) throw campaignFailures.duplicate_channel();
  return wish.map((entry) => ({
    channel: entry.channel,
    max_length: entry.max_length ?? DEFAULT_MAX_LENGTH[entry.channel],
  }));
}
