import type { CustomerGroup } from '@nudgescribe/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { Button, buttonClass } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { TextInput } from '../design/fields.tsx';
import { formatMoment, formatNumber } from '../design/format.ts';
import { Card, PageHead } from '../design/page.tsx';
import { Empty, Loaded, Notice } from '../design/states.tsx';
import { Table } from '../design/table.tsx';
import { useTell } from '../design/toasts.tsx';
import { useWorkspace } from '../shell/workspace.ts';
import { DeleteGroupDialog } from './delete-group-dialog.tsx';

export const groupsKey = (workspaceId: string) => ['groups', workspaceId] as const;

type Open = { kind: 'new' } | { kind: 'rename'; group: CustomerGroup } | { kind: 'delete'; group: CustomerGroup };

export function GroupsPage() {
  const { workspaceId, may } = useWorkspace();
  const [open, setOpen] = useState<Open | null>(null);
  const groups = useQuery({
    queryKey: groupsKey(workspaceId),
    queryFn: () => client.groups.list({ workspace_id: workspaceId }),
  });
  const close = () => setOpen(null);
  return (
    <>
      <PageHead
        title="Groups"
        lead="A group is a list of customers that a campaign speaks to. A customer may be in many."
        actions={
          <>
            {may('groups.write') && <Button onPress={() => setOpen({ kind: 'new' })}>New group</Button>}
            {may('customers.write') && (
              <Link to="/w/$workspaceId/imports/new" params={{ workspaceId }} className={buttonClass('primary')}>
                Import customers
              </Link>
            )}
          </>
        }
      />
      <Loaded query={groups} what="Loading groups">
        {(list) =>
          list.length === 0 ? (
            <Card>
              <Empty
                title="No groups yet"
                action={
                  may('customers.write') && (
                    <Link to="/w/$workspaceId/imports/new" params={{ workspaceId }} className={buttonClass('primary')}>
                      Import customers
                    </Link>
                  )
                }
              >
                Drop a CSV file anywhere in this window, or import one: its customers become the first group.
              </Empty>
            </Card>
          ) : (
            <Card flush label="Groups">
              <Table columns={['Group', { heading: 'Customers', number: true }, 'Made']} actions>
                {list.map((group) => (
                  <tr key={group.customer_group_id}>
                    <td>
                      <Link
                        to="/w/$workspaceId/groups/$groupId"
                        params={{ workspaceId, groupId: group.customer_group_id }}
                      >
                        {group.group_name}
                      </Link>
                    </td>
                    <td className="number">
                      <GroupSize workspaceId={workspaceId} groupId={group.customer_group_id} />
                    </td>
                    <td className="muted">{formatMoment(group.created_at)}</td>
                    <td>
                      {may('groups.write') && (
                        <div className="row">
                          <Button
                            look="quiet"
                            small
                            aria-label={`Rename ${group.group_name}`}
                            onPress={() => setOpen({ kind: 'rename', group })}
                          >
                            Rename
                          </Button>
                          <Button
                            look="quiet"
                            small
                            aria-label={`Delete ${group.group_name}`}
                            onPress={() => setOpen({ kind: 'delete', group })}
                          >
                            Delete
                          </Button>
                        </div>
                      )}
                    </td>
                  </tr>
                ))}
              </Table>
            </Card>
          )
        }
      </Loaded>
      {open?.kind === 'new' && <NameDialog workspaceId={workspaceId} group={null} onClose={close} />}
      {open?.kind === 'rename' && <NameDialog workspaceId={workspaceId} group={open.group} onClose={close} />}
      {open?.kind === 'delete' && <DeleteGroupDialog workspaceId={workspaceId} group={open.group} onClose={close} />}
    </>
  );
}

function GroupSize({ workspaceId, groupId }: { workspaceId: string; groupId: string }) {
  const pages = useQuery({
    queryKey: ['group-size', workspaceId, groupId],
    queryFn: () => client.customers.pages({ workspace_id: workspaceId, customer_group_id: groupId, page_size: 50 }),
  });
  return <>{pages.data === undefined ? '…' : formatNumber(pages.data.total_customers)}</>;
}

function NameDialog(props: { workspaceId: string; group: CustomerGroup | null; onClose(): void }) {
  const { workspaceId, group, onClose } = props;
  const queries = useQueryClient();
  const tell = useTell();
  const [name, setName] = useState(group?.group_name ?? '');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const named = { workspace_id: workspaceId, group_name: name };
      if (group === null) await client.groups.create(named);
      else await client.groups.rename({ ...named, customer_group_id: group.customer_group_id });
      await queries.invalidateQueries({ queryKey: groupsKey(workspaceId) });
      tell(group === null ? 'The group is made.' : 'The group is renamed.');
      onClose();
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={group === null ? 'New group' : `Rename ${group.group_name}`} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        {problem !== null && <Notice kind="bad">{problem}</Notice>}
        <TextInput label="Name" value={name} onChange={setName} required autoFocus maxLength={100} />
        <div className="modal-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={busy}>
            {group === null ? 'Make the group' : 'Rename'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
