import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { client } from '../api/client.ts';
import { Button } from '../design/button.tsx';
import { formatNumber } from '../design/format.ts';
import { Card } from '../design/page.tsx';
import { Progress } from '../design/progress.tsx';
import { Notice } from '../design/states.tsx';
import { useWorkspace } from '../shell/workspace.ts';

const LOOK_MS = 600;
const OVER = ['completed', 'failed', 'cancelled'];

/** Background work as the server tells it; `onOver` is called once when it has ended. */
export function JobProgress(props: {
  jobId: string;
  label: string;
  onOver(): Promise<void> | void;
  onPause?: (() => void) | undefined;
  onStop?: (() => void) | undefined;
}) {
  const { jobId, onOver } = props;
  const { workspaceId } = useWorkspace();
  const job = useQuery({
    queryKey: ['job', workspaceId, jobId],
    queryFn: () => client.jobs.get({ workspace_id: workspaceId, job_id: jobId }),
    refetchInterval: ({ state }) => (state.data !== undefined && OVER.includes(state.data.status) ? false : LOOK_MS),
  });
  const over = job.data !== undefined && OVER.includes(job.data.status);
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once when the work ends, not whenever the listener is another
  useEffect(() => {
    if (over) void onOver();
  }, [over]);
  if (job.data?.status === 'failed') return <Notice kind="bad">{job.data.error?.message ?? 'The work failed.'}</Notice>;
  if (job.data?.status === 'cancelled') return <Notice kind="warn">The work was stopped.</Notice>;
  const { done, total } = job.data?.progress ?? { done: 0, total: 0 };
  return (
    <Card label={props.label}>
      <Progress
        label={job.data?.status === 'queued' ? `${props.label}: waiting for its turn` : props.label}
        done={done}
        total={total}
        {...(total > 0 ? { text: `${formatNumber(done)} of ${formatNumber(total)}` } : {})}
      />
      <div className="row-spread">
        <span className="muted small">You can close this page; the work goes on.</span>
        {!over && (
          <div className="row">
            {props.onPause !== undefined && (
              <Button small onPress={props.onPause}>
                Pause
              </Button>
            )}
            {props.onStop !== undefined && (
              <Button small look="danger" onPress={props.onStop}>
                Stop
              </Button>
            )}
          </div>
        )}
      </div>
    </Card>
  );
}
