import type { Campaign } from '@nudgescribe/sdk';
import type { Tone } from '../design/page.tsx';

export type CampaignStatus = Campaign['status'];
export type Channel = Campaign['channels'][number]['channel'];

export const STATUS_TONES: Readonly<Record<CampaignStatus, Tone>> = {
  Draft: 'plain',
  Generating: 'accent',
  'Ready for review': 'warn',
  'Ready to publish': 'accent',
  Published: 'good',
  Failed: 'bad',
};

/** In the order in which somebody has to do something about them. */
export const STATUS_ORDER: readonly CampaignStatus[] = [
  'Failed',
  'Ready for review',
  'Ready to publish',
  'Generating',
  'Draft',
  'Published',
];

export const CHANNEL_LABELS: Readonly<Record<Channel, string>> = {
  email: 'Email',
  sms: 'SMS',
  push: 'Push',
  in_app: 'In the app',
  whatsapp: 'WhatsApp',
};

export type CampaignAction =
  | 'edit'
  | 'generate'
  | 'stop'
  | 'reopen'
  | 'review'
  | 'approve'
  | 'publish'
  | 'rerun'
  | 'fetch'
  | 'delete';

type Rule = { permission: string; states: readonly CampaignStatus[] };

/** Which step is possible in which state, and which permission it takes: what buttons are shown follows from this alone. */
export const CAMPAIGN_ACTIONS: Readonly<Record<CampaignAction, Rule>> = {
  edit: { permission: 'campaigns.write', states: ['Draft'] },
  generate: { permission: 'campaigns.generate', states: ['Draft', 'Failed'] },
  stop: { permission: 'jobs.write', states: ['Generating'] },
  reopen: { permission: 'campaigns.write', states: ['Ready for review', 'Failed'] },
  review: { permission: 'messages.review', states: ['Ready for review', 'Ready to publish'] },
  approve: { permission: 'campaigns.approve', states: ['Ready for review'] },
  publish: { permission: 'messages.publish', states: ['Ready to publish', 'Published'] },
  rerun: { permission: 'reruns.write', states: ['Published'] },
  fetch: { permission: 'messages.fetch', states: ['Published'] },
  delete: { permission: 'campaigns.write', states: ['Draft', 'Ready for review', 'Ready to publish', 'Failed'] },
};

export function allows(action: CampaignAction, status: CampaignStatus, may: (permission: string) => boolean): boolean {
  const { permission, states } = CAMPAIGN_ACTIONS[action];
  return states.includes(status) && may(permission);
}
