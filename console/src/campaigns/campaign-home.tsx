import type { Campaign } from '@nudgescribe/sdk';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { Button, buttonClass } from '../design/button.tsx';
import { ConfirmDialog } from '../design/dialog.tsx';
import { Notice } from '../design/states.tsx';
import { useTell } from '../design/toasts.tsx';
import { useCampaign } from './campaign-context.ts';
import { CampaignFacts } from './campaign-facts.tsx';
import { CampaignForm } from './campaign-form.tsx';
import { bodyOf, type Draft, draftOf } from './draft.ts';
import { JobProgress } from './job-progress.tsx';

/** Stopped by a person, who may go on: what was written is there. */
const isPaused = (campaign: Campaign) =>
  campaign.status === 'Failed' && campaign.failure_reason?.startsWith('Cancelled') === true;

/** The brief and what comes next: an editor while it is a draft, then what was decided and how far it is. */
export function CampaignHome() {
  const { campaign, can, ids, refresh, workspaceId, campaignId } = useCampaign();
  const [asks, setAsks] = useState<'reopen' | 'delete' | 'stop' | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const navigate = useNavigate();
  const tell = useTell();
  if (campaign === undefined) return null;
  const generate = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await client.campaigns.generate(ids);
      await refresh();
    } catch (error) {
      setProblem(explain(error));
    }
    setBusy(false);
  };
  /** Cancels the work under way; gives whether it has ended by that. */
  const cancel = async () => {
    const job = { workspace_id: workspaceId, job_id: campaign.active_job_id ?? '' };
    await client.jobs.cancel(job);
    return (await client.waitForJob(workspaceId, job.job_id)).status === 'cancelled';
  };
  const pause = async () => {
    tell('Pausing once the texts that are being written are there.');
    try {
      await cancel();
    } catch (error) {
      setProblem(explain(error));
    }
    await refresh();
  };
  const params = { workspaceId, campaignId };
  return (
    <div className="stack">
      {problem !== null && <Notice kind="bad">{problem}</Notice>}
      {isPaused(campaign) && <Notice>Writing is paused. What is written by now is kept.</Notice>}
      {campaign.status === 'Failed' && !isPaused(campaign) && (
        <Notice kind="bad">
          The messages could not be written: {campaign.failure_reason ?? 'no reason was given'}
        </Notice>
      )}
      {campaign.active_job_id !== null && (
        <JobProgress
          jobId={campaign.active_job_id}
          label={campaign.status === 'Generating' ? 'Writing the messages' : 'Rewriting messages'}
          onOver={refresh}
          onPause={can('stop') && campaign.status === 'Generating' ? () => void pause() : undefined}
          onStop={can('stop') ? () => setAsks('stop') : undefined}
        />
      )}
      {can('edit') ? (
        <DraftEditor
          key={campaign.updated_at}
          campaign={campaign}
          onGenerate={can('generate') ? generate : null}
          generating={busy}
        />
      ) : (
        <CampaignFacts campaign={campaign} />
      )}
      <div className="row">
        {campaign.status === 'Failed' && can('generate') && (
          <Button look="primary" busy={busy} onPress={() => void generate()}>
            {isPaused(campaign) ? 'Go on writing' : 'Write them again'}
          </Button>
        )}
        {campaign.status === 'Ready for review' && (
          <Link className={buttonClass('primary')} to="/w/$workspaceId/campaigns/$campaignId/review" params={params}>
            Review the messages
          </Link>
        )}
        {(campaign.status === 'Ready to publish' || campaign.status === 'Published') && (
          <Link className={buttonClass('primary')} to="/w/$workspaceId/campaigns/$campaignId/files" params={params}>
            {campaign.status === 'Published' ? 'See the files' : 'Publish'}
          </Link>
        )}
        {can('reopen') && <Button onPress={() => setAsks('reopen')}>Back to draft</Button>}
        {can('delete') && (
          <Button look="danger" onPress={() => setAsks('delete')}>
            Delete
          </Button>
        )}
      </div>
      {asks === 'stop' && (
        <ConfirmDialog
          title="Stop writing?"
          action="Stop"
          danger
          onClose={() => setAsks(null)}
          onConfirm={async () => {
            const ended = await cancel();
            if (ended && campaign.status === 'Generating') await client.campaigns.reopen(ids);
            await refresh();
          }}
        >
          <p>
            {campaign.status === 'Generating'
              ? 'The campaign goes back to draft, and the texts written by now are dropped. Pause instead to keep them.'
              : 'Texts that are rewritten by now stay.'}
          </p>
        </ConfirmDialog>
      )}
      {asks === 'reopen' && (
        <ConfirmDialog
          title="Take it back to draft?"
          action="Back to draft"
          danger
          onClose={() => setAsks(null)}
          onConfirm={async () => {
            await client.campaigns.reopen(ids);
            await refresh();
          }}
        >
          <p>Its texts that are not published are dropped, with every decision on them.</p>
        </ConfirmDialog>
      )}
      {asks === 'delete' && (
        <ConfirmDialog
          title={`Delete ${campaign.campaign_name}?`}
          action="Delete the campaign"
          danger
          onClose={() => setAsks(null)}
          onConfirm={async () => {
            await client.campaigns.delete(ids);
            tell('The campaign is deleted.');
            await navigate({ to: '/w/$workspaceId/campaigns', params: { workspaceId } });
            await refresh();
          }}
        >
          <p>Its brief and its texts are removed for good. No customer is touched.</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

function DraftEditor(props: { campaign: Campaign; onGenerate: (() => Promise<void>) | null; generating: boolean }) {
  const { campaign, onGenerate } = props;
  const { ids, refresh } = useCampaign();
  const tell = useTell();
  const [draft, setDraft] = useState<Draft>(draftOf(campaign));
  const [changed, setChanged] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const save = async (): Promise<boolean> => {
    setBusy(true);
    setProblem(null);
    try {
      await client.campaigns.change({ ...ids, ...bodyOf(draft, campaign) });
      setBusy(false);
      return true;
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
      return false;
    }
  };
  return (
    <CampaignForm
      draft={draft}
      onChange={(part) => {
        setChanged(true);
        setDraft((now) => ({ ...now, ...part }));
      }}
      footer={
        <>
          {problem !== null && <Notice kind="bad">{problem}</Notice>}
          <div className="row">
            <Button
              isDisabled={!changed || props.generating}
              busy={busy}
              onPress={async () => {
                if (!(await save())) return;
                await refresh();
                tell('The draft is saved.');
              }}
            >
              Save the draft
            </Button>
            {onGenerate !== null && (
              <Button
                look="primary"
                busy={props.generating}
                isDisabled={busy}
                onPress={async () => {
                  if (changed && !(await save())) return;
                  await onGenerate();
                }}
              >
                Write the messages
              </Button>
            )}
          </div>
        </>
      }
    />
  );
}
