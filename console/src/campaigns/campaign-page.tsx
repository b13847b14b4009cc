import './campaigns.css';
import { Link, Outlet } from '@tanstack/react-router';
import { Badge, PageHead } from '../design/page.tsx';
import { Loaded } from '../design/states.tsx';
import { useCampaign } from './campaign-context.ts';
import { type CampaignStatus, STATUS_TONES } from './campaign-words.ts';

const STEPS: readonly { status: CampaignStatus; label: string }[] = [
  { status: 'Draft', label: 'Draft' },
  { status: 'Generating', label: 'Writing' },
  { status: 'Ready for review', label: 'Review' },
  { status: 'Ready to publish', label: 'Approved' },
  { status: 'Published', label: 'Published' },
];

/** What all pages of one campaign share: its name, its state, the ways to its parts. */
export function CampaignPage() {
  const { query, workspaceId, campaignId } = useCampaign();
  const params = { workspaceId, campaignId };
  return (
    <Loaded query={query} what="Loading the campaign">
      {(campaign) => (
        <>
          <PageHead
            title={campaign.campaign_name}
            lead={
              <>
                <Badge tone={STATUS_TONES[campaign.status]}>{campaign.status}</Badge> run {campaign.current_run}
              </>
            }
          />
          <ol className="steps" aria-label="How far it is">
            {STEPS.map(({ status, label }) => (
              <li key={status} aria-current={status === campaign.status ? 'step' : undefined}>
                {label}
              </li>
            ))}
          </ol>
          <nav className="tabs" aria-label="Campaign">
            <Link
              className="tab"
              to="/w/$workspaceId/campaigns/$campaignId"
              params={params}
              activeOptions={{ exact: true, includeSearch: false }}
            >
              Campaign
            </Link>
            <Link className="tab" to="/w/$workspaceId/campaigns/$campaignId/review" params={params}>
              Review
            </Link>
            <Link className="tab" to="/w/$workspaceId/campaigns/$campaignId/files" params={params}>
              Files
            </Link>
            <Link className="tab" to="/w/$workspaceId/campaigns/$campaignId/runs" params={params}>
              Runs
            </Link>
          </nav>
          <Outlet />
        </>
      )}
    </Loaded>
  );
}
