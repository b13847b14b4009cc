import type { Manifest } from '@nudgescribe/sdk';
import { NudgescribeError } from '@nudgescribe/sdk';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { saveBlob } from '../api/save.ts';
import { useCampaign } from '../campaigns/campaign-context.ts';
import { JobProgress } from '../campaigns/job-progress.tsx';
import { Button } from '../design/button.tsx';
import { count, formatMoment, formatNumber } from '../design/format.ts';
import { Card, Stat } from '../design/page.tsx';
import { Empty, Loading, NoPermission, Notice } from '../design/states.tsx';
import { PartsTable } from './parts-table.tsx';

/** Publishing, and the files it made. */
export function FilesPage() {
  const { campaign, can, ids, refresh, workspaceId, campaignId } = useCampaign();
  const [jobId, setJobId] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const published = campaign?.status === 'Published';
  const manifest = useQuery({
    queryKey: ['manifest', workspaceId, campaignId, campaign?.current_run],
    enabled: can('fetch'),
    retry: false,
    queryFn: () =>
      client.publishing.manifest(ids).catch((error) => {
        // Published a moment ago: its files are still being made.
        if (error instanceof NudgescribeError && error.status === 400) return null;
        throw error;
      }),
    refetchInterval: ({ state }) => (state.data === null ? 1_500 : false),
  });
  if (campaign === undefined) return null;
  const publish = async () => {
    setBusy(true);
    setProblem(null);
    try {
      setJobId((await client.publishing.publish(ids)).job_id);
      await refresh();
    } catch (error) {
      setProblem(explain(error));
    }
    setBusy(false);
  };
  const publishButton = can('publish') && (
    <Button look={published ? 'plain' : 'primary'} busy={busy} onPress={() => void publish()}>
      {published ? 'Publish again' : 'Publish the files'}
    </Button>
  );
  if (!published && campaign.status !== 'Ready to publish')
    return (
      <Card>
        <Empty title="No files yet">Files are made once the messages are written and approved.</Empty>
      </Card>
    );
  return (
    <div className="stack">
      {problem !== null && <Notice kind="bad">{problem}</Notice>}
      {jobId !== null && (
        <JobProgress
          jobId={jobId}
          label="Writing the files"
          onOver={async () => {
            await refresh();
            setJobId(null);
          }}
        />
      )}
      {!published && (
        <Card>
          <Empty title="Approved and ready" action={publishButton}>
            Publishing reads the group once, gives every customer the message of their segment, and writes files of at
            most 10,000 rows. Nothing is sent to anybody.
          </Empty>
        </Card>
      )}
      {published && !can('fetch') && <NoPermission what="fetch published files" />}
      {published && can('fetch') && manifest.data === null && jobId === null && (
        <Loading what="The files are being made" />
      )}
      {published && manifest.data !== undefined && manifest.data !== null && (
        <Published manifest={manifest.data} action={publishButton} />
      )}
    </div>
  );
}

function Published({ manifest, action }: { manifest: Manifest; action: React.ReactNode }) {
  const stats: [number, string][] = [
    [manifest.rows, 'rows'],
    [manifest.customers, 'customers in the group'],
    [manifest.unmatched, 'without a message'],
    [manifest.ineligible, 'not eligible'],
    [manifest.suppressed, 'suppressed'],
  ];
  return (
    <>
      <Card
        title={`Run ${manifest.run_number}`}
        aside={
          <div className="row">
            <Button
              small
              onPress={() =>
                saveBlob(new Blob([JSON.stringify(manifest, null, 2)], { type: 'application/json' }), 'manifest.json')
              }
            >
              Download the manifest
            </Button>
            {action}
          </div>
        }
      >
        <div className="stats">
          {stats.map(([value, label]) => (
            <Stat key={label} value={formatNumber(value)} label={label} />
          ))}
        </div>
        <dl className="facts">
          <dt>Group</dt>
          <dd>
            {manifest.customer_group_name}, as it was on {formatMoment(manifest.snapshot_at)}
          </dd>
          {manifest.rewritten_at != null && (
            <>
              <dt>Erased</dt>
              <dd>
                {count(manifest.erased_rows ?? 0, 'row')} of erased customers taken out, last on{' '}
                {formatMoment(manifest.rewritten_at)}
              </dd>
            </>
          )}
          <dt>Columns</dt>
          <dd>{manifest.columns.map(({ name }) => name).join(', ')}</dd>
          <dt>Approval</dt>
          <dd>
            {manifest.approval === null
              ? 'none'
              : manifest.approval.basis === 'reused'
                ? 'every text was approved in an earlier run'
                : `${count(manifest.approval.approvals.length, 'approval')} of exactly this content`}
            {manifest.approval_digest !== null && <div className="mono muted">{manifest.approval_digest}</div>}
          </dd>
        </dl>
      </Card>
      <PartsTable manifest={manifest} />
    </>
  );
}
