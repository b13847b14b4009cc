import './overview.css';
import type { Campaign, Import } from '@nudgescribe/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { client } from '../api/client.ts';
import { campaignsQuery } from '../campaigns/campaigns-page.tsx';
import { buttonClass } from '../design/button.tsx';
import { count, formatNumber } from '../design/format.ts';
import { Badge, Card, PageHead, Stat } from '../design/page.tsx';
import { Empty, Failed, Loading } from '../design/states.tsx';
import { isOver } from '../imports/import-result.tsx';
import { useMay } from '../session/session-context.tsx';
import { useWorkspace } from '../shell/workspace.ts';
import { DayPlot, perDay } from './day-plot.tsx';
import { ReusePlot } from './reuse-plot.tsx';
import { UsageCard } from './usage-card.tsx';

const LOOK_MS = 5_000;

/** What needs somebody now, and what has been going on. */
export function OverviewPage() {
  const { workspaceId, workspaceName } = useWorkspace();
  const mayInAccount = useMay();
  const campaigns = useQuery({ ...campaignsQuery(workspaceId), refetchInterval: LOOK_MS });
  const imports = useQuery({
    queryKey: ['imports', workspaceId, 'overview'],
    queryFn: async () => (await client.imports.get({ workspace_id: workspaceId, page_size: 500 })) as Import[],
    refetchInterval: LOOK_MS,
  });
  const groups = useQuery({
    queryKey: ['groups', workspaceId],
    queryFn: () => client.groups.list({ workspace_id: workspaceId }),
  });
  const error = campaigns.error ?? imports.error ?? groups.error;
  if (error !== null) return <Failed error={error} />;
  if (campaigns.data === undefined || imports.data === undefined || groups.data === undefined)
    return <Loading what="Loading the overview" />;
  const isNew = campaigns.data.length === 0 && imports.data.length === 0 && groups.data.length === 0;
  return (
    <>
      <PageHead title="Overview" lead={workspaceName} />
      {isNew ? (
        <Card>
          <Empty
            title="Welcome to Nudgescribe"
            action={
              <Link to="/w/$workspaceId/welcome" params={{ workspaceId }} className={buttonClass('primary')}>
                Begin in five steps
              </Link>
            }
          >
            From a list of customers to messages that somebody approved, as files. With your own file, or with sample
            customers.
          </Empty>
        </Card>
      ) : (
        <div className="stack">
          <NeedsYou campaigns={campaigns.data} imports={imports.data} />
          <div className="stats">
            <Stat value={formatNumber(groups.data.length)} label="groups" />
            <Stat
              value={formatNumber(campaigns.data.filter(({ status }) => status === 'Published').length)}
              label="published campaigns"
            />
            <Stat
              value={formatNumber(imports.data.filter(isStored).reduce((sum, one) => sum + one.created, 0))}
              label="customers created by imports"
            />
            <Stat
              value={formatNumber(imports.data.filter(isStored).reduce((sum, one) => sum + one.updated, 0))}
              label="customers updated by imports"
            />
          </div>
          <div className="columns-2">
            <Card title="Rows imported">
              <DayPlot
                label="Rows imported a day"
                days={perDay(imports.data.filter(isStored), (one) => [one.created_at, one.total_rows])}
              />
            </Card>
            <Card title="Texts written and reused">
              <ReusePlot campaigns={campaigns.data} />
            </Card>
          </div>
          {mayInAccount('usage.read') && <UsageCard />}
        </div>
      )}
    </>
  );
}

const isStored = (one: Import) => !one.validate_only && one.created + one.updated + one.unchanged > 0;

type Need = { key: string; what: string; tone: 'warn' | 'bad' | 'accent'; state: string; link: React.ReactNode };

/** Everything that waits for somebody who may do it, the most pressing first. */
function NeedsYou({ campaigns, imports }: { campaigns: Campaign[]; imports: Import[] }) {
  const { workspaceId, may } = useWorkspace();
  const needs: Need[] = [];
  const open = (campaign: Campaign, to: 'home' | 'review' | 'files', label: string) => {
    const params = { workspaceId, campaignId: campaign.campaign_id };
    const className = buttonClass('plain', true);
    if (to === 'review')
      return (
        <Link to="/w/$workspaceId/campaigns/$campaignId/review" params={params} className={className}>
          {label}
        </Link>
      );
    if (to === 'files')
      return (
        <Link to="/w/$workspaceId/campaigns/$campaignId/files" params={params} className={className}>
          {label}
        </Link>
      );
    return (
      <Link to="/w/$workspaceId/campaigns/$campaignId" params={params} className={className}>
        {label}
      </Link>
    );
  };
  const add = (campaign: Campaign, tone: Need['tone'], link: React.ReactNode) =>
    needs.push({ key: campaign.campaign_id, what: campaign.campaign_name, tone, state: campaign.status, link });
  for (const one of campaigns) if (one.status === 'Failed') add(one, 'bad', open(one, 'home', 'See why'));
  for (const one of campaigns)
    if (one.status === 'Ready for review' && may('messages.review')) add(one, 'warn', open(one, 'review', 'Review'));
  for (const one of campaigns)
    if (one.status === 'Ready to publish' && may('messages.publish')) add(one, 'accent', open(one, 'files', 'Publish'));
  for (const one of campaigns)
    if (one.status === 'Draft' && may('campaigns.write')) add(one, 'accent', open(one, 'home', 'Go on'));
  for (const one of imports)
    if (!isOver(one.status))
      needs.push({
        key: one.import_id,
        what: 'Import',
        tone: 'accent',
        state: 'running',
        link: (
          <Link
            to="/w/$workspaceId/imports/$importId"
            params={{ workspaceId, importId: one.import_id }}
            className={buttonClass('plain', true)}
          >
            Watch
          </Link>
        ),
      });
  return (
    <Card title="What needs you now">
      {needs.length === 0 ? (
        <p className="muted">Nothing. {may('campaigns.write') && 'A new campaign would be next.'}</p>
      ) : (
        <ul className="needs" aria-label={count(needs.length, 'thing')}>
          {needs.map(({ key, what, tone, state, link }) => (
            <li key={key} className="row-spread">
              <span>
                <b>{what}</b> <Badge tone={tone}>{state}</Badge>
              </span>
              {link}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
