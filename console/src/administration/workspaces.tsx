import type { Workspace } from '@nudgescribe/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { CheckInput, TextInput } from '../design/fields.tsx';
import { count, formatMoment } from '../design/format.ts';
import { Card } from '../design/page.tsx';
import { Loaded, Notice } from '../design/states.tsx';
import { RowButton, Table } from '../design/table.tsx';
import { useTell } from '../design/toasts.tsx';
import { useSubmit } from '../design/use-submit.ts';
import { useMay, useSession } from '../session/session-context.tsx';

const KEY = ['workspaces'] as const;

export function Workspaces() {
  const may = useMay();
  const [edited, setEdited] = useState<Workspace | 'new' | null>(null);
  const workspaces = useQuery({ queryKey: KEY, queryFn: () => client.workspaces.list() });
  return (
    <Loaded query={workspaces} what="Loading workspaces">
      {(list) => (
        <Card
          flush
          title="Workspaces"
          aside={
            may('workspaces.write') && (
              <Button small look="primary" onPress={() => setEdited('new')}>
                New workspace
              </Button>
            )
          }
        >
          <Table columns={['Workspace', 'An approval needs', 'Made']} actions>
            {list.map((workspace) => (
              <tr key={workspace.workspace_id}>
                <td>
                  <b>{workspace.workspace_name}</b>
                </td>
                <td>
                  {count(workspace.review.quorum, 'approver')}
                  {workspace.review.two_person && ', none of whom shaped the campaign'}
                </td>
                <td className="muted">{formatMoment(workspace.created_at)}</td>
                <td>
                  {may('workspaces.configure', workspace.workspace_id) && (
                    <RowButton label={`Edit ${workspace.workspace_name}`} onPress={() => setEdited(workspace)}>
                      Edit
                    </RowButton>
                  )}
                </td>
              </tr>
            ))}
          </Table>
          {edited !== null && (
            <WorkspaceDialog workspace={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />
          )}
        </Card>
      )}
    </Loaded>
  );
}

function WorkspaceDialog({ workspace, onClose }: { workspace: Workspace | null; onClose(): void }) {
  const queries = useQueryClient();
  const { reload } = useSession();
  const tell = useTell();
  const [name, setName] = useState(workspace?.workspace_name ?? '');
  const [twoPerson, setTwoPerson] = useState(workspace?.review.two_person ?? false);
  const [quorum, setQuorum] = useState(String(workspace?.review.quorum ?? 1));
  const { busy, problem, submit } = useSubmit(async () => {
    if (workspace === null) await client.workspaces.create({ workspace_name: name });
    else
      await client.workspaces.change({
        workspace_id: workspace.workspace_id,
        ...(name === workspace.workspace_name ? {} : { workspace_name: name }),
        review: { two_person: twoPerson, quorum: Number(quorum) },
      });
    await queries.invalidateQueries({ queryKey: KEY });
    await reload();
    tell(workspace === null ? 'The workspace is made.' : 'The workspace is changed.');
    onClose();
  });
  return (
    <Dialog title={workspace === null ? 'New workspace' : `Edit ${workspace.workspace_name}`} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        {problem !== null && <Notice kind="bad">{problem}</Notice>}
        <TextInput label="Name" value={name} onChange={setName} required autoFocus maxLength={100} />
        {workspace !== null && (
          <>
            <TextInput
              label="Approvers that a campaign needs"
              type="number"
              value={quorum}
              onChange={setQuorum}
              hint="1 to 10 different people, on exactly the same content."
            />
            <CheckInput
              label="Whoever shaped a campaign cannot approve it"
              checked={twoPerson}
              onChange={setTwoPerson}
            />
          </>
        )}
        <div className="modal-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={busy}>
            {workspace === null ? 'Make the workspace' : 'Save'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
