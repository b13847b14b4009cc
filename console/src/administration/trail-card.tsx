import { useMutation } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { Button } from '../design/button.tsx';
import { formatMoment, formatNumber } from '../design/format.ts';
import { Badge, Card } from '../design/page.tsx';
import { Notice } from '../design/states.tsx';

/** Whether the log is as it was written: asked for, as it reads all of it. */
export function TrailCard() {
  const { mutate, data, error, isPending } = useMutation({ mutationFn: () => client.audit.verify() });
  return (
    <Card title="Is the log as it was written?">
      <p className="muted">
        Events are sealed, linked into a chain, and its end is signed. Verifying reads the whole log and finds what was
        altered, removed, inserted, moved or cut off.
      </p>
      {error !== null && <Notice kind="bad">{explain(error)}</Notice>}
      {data !== undefined && (
        <div className="stack-tight" role="status">
          <p>
            {data.intact ? <Badge tone="good">intact</Badge> : <Badge tone="bad">not intact</Badge>}{' '}
            {formatNumber(data.events)} events at {formatMoment(data.verified_at)}
          </p>
          {data.problems.map(({ kind, message, position }) => (
            <p key={`${kind} ${position}`}>
              {message}
              {position === null ? '' : ` (position ${formatNumber(position)})`}
            </p>
          ))}
          <p className="small muted">
            Its end, to be kept elsewhere: <span className="mono breakable">{data.end}</span>
          </p>
        </div>
      )}
      <div>
        <Button busy={isPending} onPress={() => mutate()}>
          Verify the log
        </Button>
      </div>
    </Card>
  );
}
