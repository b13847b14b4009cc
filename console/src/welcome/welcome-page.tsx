import './welcome.css';
import type { Campaign, Import } from '@nudgescribe/sdk';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { client } from '../api/client.ts';
import { campaignsQuery } from '../campaigns/campaigns-page.tsx';
import { Button, buttonClass } from '../design/button.tsx';
import { PageHead } from '../design/page.tsx';
import { Loaded } from '../design/states.tsx';
import { setPendingFile } from '../imports/pending-file.ts';
import { useWorkspace } from '../shell/workspace.ts';
import { sampleFile } from './sample-file.ts';

/** How far a campaign is, as a number: the furthest one tells which step is next. */
const PROGRESS: Readonly<Record<Campaign['status'], number>> = {
  Draft: 2,
  Failed: 2,
  Generating: 2,
  'Ready for review': 3,
  'Ready to publish': 4,
  Published: 5,
};

/** From an empty workspace to published files in five steps; each is done by doing it, wherever that was. */
export function WelcomePage() {
  const { workspaceId } = useWorkspace();
  const navigate = useNavigate();
  const campaigns = useQuery(campaignsQuery(workspaceId));
  const imports = useQuery({
    queryKey: ['imports', workspaceId],
    queryFn: async () => (await client.imports.get({ workspace_id: workspaceId, page_size: 100 })) as Import[],
  });
  const begin = (file: File | null) => {
    setPendingFile(file);
    void navigate({ to: '/w/$workspaceId/imports/new', params: { workspaceId } });
  };
  return (
    <Loaded query={campaigns}>
      {(list) => {
        const furthest = [...list].sort((a, b) => PROGRESS[b.status] - PROGRESS[a.status])[0];
        const hasCustomers = (imports.data ?? []).some(
          (one) => !one.validate_only && one.created + one.updated + one.unchanged > 0,
        );
        const done = furthest === undefined ? (hasCustomers ? 1 : 0) : PROGRESS[furthest.status];
        const params = { workspaceId, campaignId: furthest?.campaign_id ?? '' };
        const steps = [
          {
            title: 'Bring customers',
            text: 'A CSV file with a header. You see what it would come to before anything is stored.',
            action: (
              <>
                <Button look="primary" onPress={() => begin(sampleFile())}>
                  Use sample customers
                </Button>
                <Button onPress={() => begin(null)}>Use my own file</Button>
              </>
            ),
          },
          {
            title: 'Write a brief',
            text: 'What the message shall bring about, for which product, and by which attributes customers differ.',
            action: (
              <Link to="/w/$workspaceId/campaigns/new" params={{ workspaceId }} className={buttonClass('primary')}>
                Write a brief
              </Link>
            ),
          },
          {
            title: 'Have the messages written',
            text: 'One for every segment. The built-in writer needs no key and no network.',
            action: (
              <Link to="/w/$workspaceId/campaigns/$campaignId" params={params} className={buttonClass('primary')}>
                Open the campaign
              </Link>
            ),
          },
          {
            title: 'Review them',
            text: 'The riskiest first, beside what real customers would get. Then approve the campaign.',
            action: (
              <Link
                to="/w/$workspaceId/campaigns/$campaignId/review"
                params={params}
                className={buttonClass('primary')}
              >
                Review
              </Link>
            ),
          },
          {
            title: 'Publish the files',
            text: 'One row a customer, with hashes to check them by. Nothing is sent to anybody.',
            action: (
              <Link to="/w/$workspaceId/campaigns/$campaignId/files" params={params} className={buttonClass('primary')}>
                {done >= 5 ? 'See the files' : 'Publish'}
              </Link>
            ),
          },
        ];
        return (
          <>
            <PageHead title="Begin in five steps" lead="You can leave at any step and come back." />
            <ol className="welcome">
              {steps.map((step, index) => {
                const state = index < done ? 'done' : index === done ? 'now' : 'later';
                return (
                  <li
                    key={step.title}
                    className="card welcome-step"
                    data-state={state}
                    aria-current={state === 'now' ? 'step' : undefined}
                  >
                    <span className="welcome-mark" aria-hidden="true">
                      {state === 'done' ? '✓' : index + 1}
                    </span>
                    <div className="grow stack-tight">
                      <h2>
                        {step.title}
                        {state === 'done' && <span className="visually-hidden"> (done)</span>}
                      </h2>
                      <p className="muted">{step.text}</p>
                      {(state === 'now' || (done >= 5 && index === 4)) && <div className="row">{step.action}</div>}
                    </div>
                  </li>
                );
              })}
            </ol>
          </>
        );
      }}
    </Loaded>
  );
}
