import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { useCampaign } from '../campaigns/campaign-context.ts';
import { STATUS_TONES } from '../campaigns/campaign-words.ts';
import { Button } from '../design/button.tsx';
import { SelectInput } from '../design/fields.tsx';
import { count, formatMoment, formatNumber } from '../design/format.ts';
import { Badge, Card } from '../design/page.tsx';
import { Loaded, Notice } from '../design/states.tsx';
import { Table } from '../design/table.tsx';
import { useTell } from '../design/toasts.tsx';

const LOOK_MS = 1_500;

/** Every round of writing and publishing with what it took over, and a new one against another group. */
export function RunsPage() {
  const { ids, can, workspaceId, campaignId } = useCampaign();
  const runs = useQuery({
    queryKey: ['runs', workspaceId, campaignId],
    queryFn: () => client.reruns.history(ids),
    // Texts of a run that is being written come one after the other.
    refetchInterval: ({ state }) => (state.data?.some((run) => run.status === 'Generating') ? LOOK_MS : false),
  });
  return (
    <div className="stack">
      {can('rerun') && <Rerun />}
      <Loaded query={runs} what="Loading runs">
        {(list) => (
          <Card flush title="Runs">
            <Table
              columns={['Run', 'State', 'Group', { heading: 'Segments', number: true }, 'Texts', 'Begun', 'Ended']}
            >
              {list.map((run) => (
                <tr key={run.run_id}>
                  <td className="number">
                    {run.run_number} {run.is_current && <Badge tone="accent">current</Badge>}
                  </td>
                  <td>
                    <Badge tone={STATUS_TONES[run.status]}>{run.status}</Badge>
                  </td>
                  <td>{run.customer_group_name}</td>
                  <td className="number">{formatNumber(run.segment_count)}</td>
                  <td>
                    {count(run.message_summary.reused, 'reused', 'reused')},{' '}
                    {count(run.message_summary.generated, 'written', 'written')}
                    {run.message_summary.archived > 0 &&
                      `, ${count(run.message_summary.archived, 'archived', 'archived')}`}
                  </td>
                  <td className="muted">{formatMoment(run.created_at)}</td>
                  <td className="muted">{formatMoment(run.completed_at)}</td>
                </tr>
              ))}
            </Table>
          </Card>
        )}
      </Loaded>
    </div>
  );
}

function Rerun() {
  const { ids, campaign, refresh, workspaceId } = useCampaign();
  const tell = useTell();
  const [chosen, setChosen] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const groups = useQuery({
    queryKey: ['groups', workspaceId],
    queryFn: () => client.groups.list({ workspace_id: workspaceId }),
  });
  const list = groups.data ?? [];
  const group =
    chosen ??
    list.find((one) => one.customer_group_id === campaign?.customer_group_id)?.customer_group_id ??
    list[0]?.customer_group_id ??
    '';
  const rerun = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const begun = await client.reruns.initiate({ ...ids, customer_group_id: group });
      tell(
        `Run ${begun.run_number}: ${count(begun.segments.matched, 'segment')} reused, ${formatNumber(begun.segments.new)} new.`,
      );
      await refresh();
    } catch (error) {
      setProblem(explain(error));
    }
    setBusy(false);
  };
  return (
    <Card title="Run it again">
      <p className="muted">
        Segments met before keep their published texts; only new ones are written and come to review.
      </p>
      {problem !== null && <Notice kind="bad">{problem}</Notice>}
      <div className="row" style={{ alignItems: 'end' }}>
        <div style={{ minWidth: 240 }}>
          <SelectInput
            label="For the group"
            value={group}
            choices={list.map((one) => ({ value: one.customer_group_id, label: one.group_name }))}
            onChange={setChosen}
          />
        </div>
        <Button look="primary" busy={busy} isDisabled={group === ''} onPress={() => void rerun()}>
          Begin the run
        </Button>
      </div>
    </Card>
  );
}
