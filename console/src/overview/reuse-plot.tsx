import type { Campaign } from '@nudgescribe/sdk';
import { useQuery } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { formatNumber } from '../design/format.ts';
import { Loading } from '../design/states.tsx';

/** Histories of so many campaigns are asked for, the ones that changed last. */
const CAMPAIGNS = 12;
const WIDTH = 560;
const ROW = 22;
const LABEL = 190;

/** What the last runs wrote anew and what they took over from before. */
export function ReusePlot({ campaigns }: { campaigns: readonly Campaign[] }) {
  const recent = campaigns
    .filter(({ status }) => status !== 'Draft')
    .sort((a, b) => b.updated_at.localeCompare(a.updated_at))
    .slice(0, CAMPAIGNS);
  const workspaceId = recent[0]?.workspace_id ?? '';
  const ids = recent.map(({ campaign_id }) => campaign_id);
  const runs = useQuery({
    queryKey: ['reuse', workspaceId, ids],
    enabled: ids.length > 0,
    queryFn: async () => {
      const histories = await Promise.all(
        recent.map(async ({ campaign_id, campaign_name }) =>
          (await client.reruns.history({ workspace_id: workspaceId, campaign_id })).map((run) => ({
            key: run.run_id,
            label: `${campaign_name}, run ${run.run_number}`,
            at: run.created_at,
            ...run.message_summary,
          })),
        ),
      );
      return histories
        .flat()
        .sort((a, b) => b.at.localeCompare(a.at))
        .slice(0, 8);
    },
  });
  if (ids.length === 0) return <p className="muted">No texts yet.</p>;
  if (runs.data === undefined) return <Loading />;
  const widest = Math.max(...runs.data.map(({ reused, generated }) => reused + generated), 1);
  const scale = (value: number) => (value / widest) * (WIDTH - LABEL - 60);
  return (
    <figure className="stack-tight">
      <svg viewBox={`0 0 ${WIDTH} ${runs.data.length * ROW}`} className="plot" aria-hidden="true">
        {runs.data.map((run, index) => (
          <g key={run.key} transform={`translate(0 ${index * ROW})`}>
            <text x="0" y="14">
              {run.label.length > 30 ? `${run.label.slice(0, 29)}…` : run.label}
            </text>
            <rect x={LABEL} y="4" height="13" width={scale(run.generated)} rx="2" />
            <rect
              className="plot-second"
              x={LABEL + scale(run.generated)}
              y="4"
              height="13"
              width={scale(run.reused)}
              rx="2"
            />
            <text x={LABEL + scale(run.generated + run.reused) + 6} y="14">
              {formatNumber(run.generated + run.reused)}
            </text>
          </g>
        ))}
      </svg>
      <figcaption className="row small muted">
        <span className="legend">written</span>
        <span className="legend legend-second">reused</span>
      </figcaption>
      <table className="visually-hidden">
        <caption>Texts written and reused by run</caption>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Written</th>
            <th scope="col">Reused</th>
          </tr>
        </thead>
        <tbody>
          {runs.data.map((run) => (
            <tr key={run.key}>
              <td>{run.label}</td>
              <td>{run.generated}</td>
              <td>{run.reused}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
