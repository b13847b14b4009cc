import type { Campaign } from '@nudgescribe/sdk';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { client } from '../api/client.ts';
import { Card } from '../design/page.tsx';
import { CHANNEL_LABELS } from './campaign-words.ts';

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** The brief as it was decided; it changes only in a draft. */
export function CampaignFacts({ campaign }: { campaign: Campaign }) {
  const { brief } = campaign;
  const groups = useQuery({
    queryKey: ['groups', campaign.workspace_id],
    queryFn: () => client.groups.list({ workspace_id: campaign.workspace_id }),
  });
  const group = groups.data?.find((one) => one.customer_group_id === campaign.customer_group_id);
  return (
    <div className="columns-2">
      <Card title="Brief">
        <dl className="facts">
          <Fact label="Objective">{brief.objective}</Fact>
          <Fact label="Product">{brief.product}</Fact>
          <Fact label="Call to action">{brief.call_to_action}</Fact>
          {brief.link !== undefined && <Fact label="Link">{brief.link}</Fact>}
          <Fact label="Language">{brief.language ?? 'English'}</Fact>
          <Fact label="Tone">{brief.tone ?? 'neutral'}</Fact>
          {(brief.must_include ?? []).length > 0 && <Fact label="Must say">{brief.must_include?.join(' · ')}</Fact>}
          {(brief.must_avoid ?? []).length > 0 && <Fact label="Must not say">{brief.must_avoid?.join(' · ')}</Fact>}
          {brief.audience_notes !== undefined && <Fact label="Notes">{brief.audience_notes}</Fact>}
        </dl>
      </Card>
      <Card title="Audience">
        <dl className="facts">
          <Fact label="Group">{group?.group_name ?? 'deleted since'}</Fact>
          <Fact label="Segments by">
            {campaign.segment_by.length === 0
              ? 'nothing: everybody gets the same'
              : campaign.segment_by
                  .map(({ field_name, bands }) => `${field_name}${bands === undefined ? '' : ` (${bands.join(', ')})`}`)
                  .join(' × ')}
          </Fact>
          <Fact label="Channels">
            {campaign.channels
              .map(({ channel, max_length }) => `${CHANNEL_LABELS[channel]}, up to ${max_length} characters`)
              .join('; ')}
          </Fact>
          <Fact label="Only customers with">
            {campaign.eligible_when.length === 0
              ? 'no condition'
              : campaign.eligible_when
                  .map(({ field_name, op, value }) => `${field_name} ${op.replaceAll('_', ' ')} ${value ?? ''}`.trim())
                  .join(' and ')}
          </Fact>
          <Fact label="Variants">{campaign.variants}</Fact>
          {campaign.holdout > 0 && <Fact label="Held out">{campaign.holdout} %</Fact>}
          <Fact label="Writer">{campaign.writer === 'offline' ? 'the built-in writer' : campaign.writer}</Fact>
        </dl>
      </Card>
    </div>
  );
}
