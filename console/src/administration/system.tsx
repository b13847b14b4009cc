import { useQuery } from '@tanstack/react-query';
import { Badge, Card } from '../design/page.tsx';
import { useSession } from '../session/session-context.tsx';
import { useRoles } from './use-roles.ts';

const LOOK_MS = 5_000;

type Health = { alive: boolean; ready: boolean; answeredMs: number };

/** The server's own probes: they stand outside the API and need no permission. */
async function probe(): Promise<Health> {
  const begun = performance.now();
  const alive = await fetch('/healthz').then(
    (answer) => answer.ok,
    () => false,
  );
  const answeredMs = performance.now() - begun;
  const ready = await fetch('/readyz').then(
    (answer) => answer.ok,
    () => false,
  );
  return { alive, ready, answeredMs };
}

export function System() {
  const { session } = useSession();
  const health = useQuery({ queryKey: ['health'], queryFn: probe, refetchInterval: LOOK_MS });
  const state = (good: boolean | undefined, yes: string, no: string) =>
    good === undefined ? (
      <Badge>asking</Badge>
    ) : good ? (
      <Badge tone="good">{yes}</Badge>
    ) : (
      <Badge tone="bad">{no}</Badge>
    );
  return (
    <div className="columns-2">
      <Card title="Server">
        <dl className="facts">
          <dt>Process</dt>
          <dd>
            {state(health.data?.alive, 'answers', 'does not answer')}{' '}
            {health.data !== undefined && (
              <span className="muted small">after {Math.max(1, Math.round(health.data.answeredMs))} ms</span>
            )}
          </dd>
          <dt>Database and storage</dt>
          <dd>{state(health.data?.ready, 'ready', 'away')}</dd>
          <dt>API</dt>
          <dd>
            <a href="/docs">Reference</a> · <a href="/openapi.json">OpenAPI</a>
          </dd>
        </dl>
      </Card>
      <Card title="You">
        <dl className="facts">
          <dt>Role</dt>
          <dd>{useRoles().nameOf(session.role_code)}</dd>
          <dt>Workspaces</dt>
          <dd>{session.workspaces.map(({ workspace_name }) => workspace_name).join(', ') || 'none'}</dd>
        </dl>
      </Card>
    </div>
  );
}
