import type { Campaign } from '@nudgescribe/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { buttonClass } from '../design/button.tsx';
import { SelectInput } from '../design/fields.tsx';
import { formatMoment } from '../design/format.ts';
import { Badge, Card, PageHead } from '../design/page.tsx';
import { Empty, Loaded } from '../design/states.tsx';
import { Table } from '../design/table.tsx';
import { useWorkspace } from '../shell/workspace.ts';
import { CHANNEL_LABELS, STATUS_ORDER, STATUS_TONES } from './campaign-words.ts';

const LOOK_MS = 3_000;

export const campaignsQuery = (workspaceId: string) => ({
  queryKey: ['campaigns', workspaceId],
  queryFn: async () => (await client.campaigns.get({ workspace_id: workspaceId })) as Campaign[],
});

export function CampaignsPage() {
  const { workspaceId, may } = useWorkspace();
  const [status, setStatus] = useState('');
  const campaigns = useQuery({
    ...campaignsQuery(workspaceId),
    refetchInterval: ({ state }) => (state.data?.some((one) => one.status === 'Generating') ? LOOK_MS : false),
  });
  const action = may('campaigns.write') && (
    <Link to="/w/$workspaceId/campaigns/new" params={{ workspaceId }} className={buttonClass('primary')}>
      New campaign
    </Link>
  );
  return (
    <>
      <PageHead title="Campaigns" lead="What is to be said, to whom, and how far it is." actions={action} />
      <Loaded query={campaigns} what="Loading campaigns">
        {(all) =>
          all.length === 0 ? (
            <Card>
              <Empty title="No campaigns yet" action={action}>
                A campaign has one brief. A message is written for every segment of its group, and nothing leaves
                without your approval.
              </Empty>
            </Card>
          ) : (
            <div className="stack">
              <div style={{ maxWidth: 240 }}>
                <SelectInput
                  label="State"
                  value={status}
                  choices={[
                    { value: '', label: `All (${all.length})` },
                    ...STATUS_ORDER.map((one) => ({
                      value: one,
                      label: `${one} (${all.filter((campaign) => campaign.status === one).length})`,
                    })),
                  ]}
                  onChange={setStatus}
                />
              </div>
              {STATUS_ORDER.filter((one) => status === '' || one === status).map((one) => (
                <StateTable key={one} status={one} campaigns={all.filter((campaign) => campaign.status === one)} />
              ))}
            </div>
          )
        }
      </Loaded>
    </>
  );
}

function StateTable({ status, campaigns }: { status: Campaign['status']; campaigns: Campaign[] }) {
  const { workspaceId } = useWorkspace();
  if (campaigns.length === 0) return null;
  return (
    <Card flush title={status} aside={<Badge tone={STATUS_TONES[status]}>{campaigns.length}</Badge>}>
      <Table columns={['Campaign', 'Channels', { heading: 'Run', number: true }, 'Changed']}>
        {campaigns.map((campaign) => (
          <tr key={campaign.campaign_id}>
            <td>
              <Link
                to="/w/$workspaceId/campaigns/$campaignId"
                params={{ workspaceId, campaignId: campaign.campaign_id }}
              >
                {campaign.campaign_name}
              </Link>
              {campaign.failure_reason !== null && <p className="small field-error">{campaign.failure_reason}</p>}
            </td>
            <td>{campaign.channels.map(({ channel }) => CHANNEL_LABELS[channel]).join(', ')}</td>
            <td className="number">{campaign.current_run}</td>
            <td className="muted">{formatMoment(campaign.updated_at)}</td>
          </tr>
        ))}
      </Table>
    </Card>
  );
}
