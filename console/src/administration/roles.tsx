import type { Role } from '@nudgescribe/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { Button } from '../design/button.tsx';
import { ConfirmDialog, Dialog } from '../design/dialog.tsx';
import { CheckInput, TextInput } from '../design/fields.tsx';
import { Badge, Card } from '../design/page.tsx';
import { Loaded, Notice } from '../design/states.tsx';
import { RowButton, Table } from '../design/table.tsx';
import { useSubmit } from '../design/use-submit.ts';
import { useMay, useSession } from '../session/session-context.tsx';

const KEY = ['roles'] as const;

/** "messages.publish" as "Messages: publish". */
const words = (permission: string) => {
  const [of = '', what = ''] = permission.split('.');
  const said = of.replaceAll('_', ' ');
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}: ${what.replaceAll('_', ' ')}`;
};

export function Roles() {
  const may = useMay()('roles.write');
  const queries = useQueryClient();
  const [edited, setEdited] = useState<Role | 'new' | null>(null);
  const [dropped, setDropped] = useState<Role | null>(null);
  const roles = useQuery({ queryKey: KEY, queryFn: () => client.roles.list() });
  return (
    <Loaded query={roles} what="Loading roles">
      {(list) => (
        <Card
          flush
          title="Roles"
          aside={
            may && (
              <Button small look="primary" onPress={() => setEdited('new')}>
                New role
              </Button>
            )
          }
        >
          <Table columns={['Role', 'Lets do']} actions>
            {list.map((role) => (
              <tr key={role.role_code}>
                <td>
                  <b>{role.role_name}</b> {role.is_built_in && <Badge>built in</Badge>}
                </td>
                <td>
                  <details>
                    <summary>{role.permissions.length} permissions</summary>
                    {role.permissions.map(words).join(', ')}
                  </details>
                </td>
                <td>
                  {may && !role.is_built_in && (
                    <div className="row">
                      <RowButton label={`Edit ${role.role_name}`} onPress={() => setEdited(role)}>
                        Edit
                      </RowButton>
                      <RowButton label={`Delete ${role.role_name}`} onPress={() => setDropped(role)}>
                        Delete
                      </RowButton>
                    </div>
                  )}
                </td>
              </tr>
            ))}
          </Table>
          {edited !== null && (
            <RoleDialog
              role={edited === 'new' ? null : edited}
              known={list.find(({ role_code }) => role_code === 'ACCOUNT_ADMIN')?.permissions ?? []}
              onClose={() => setEdited(null)}
            />
          )}
          {dropped !== null && (
            <ConfirmDialog
              title={`Delete ${dropped.role_name}?`}
              action="Delete the role"
              danger
              onClose={() => setDropped(null)}
              onConfirm={async () => {
                await client.roles.delete({ role_code: dropped.role_code });
                await queries.invalidateQueries({ queryKey: KEY });
              }}
            >
              <p>It is refused while somebody holds the role.</p>
            </ConfirmDialog>
          )}
        </Card>
      )}
    </Loaded>
  );
}

/** Only what one holds oneself can be given: the rest is not offered. */
function RoleDialog(props: { role: Role | null; known: readonly string[]; onClose(): void }) {
  const { role, known, onClose } = props;
  const { session } = useSession();
  const queries = useQueryClient();
  const [name, setName] = useState(role?.role_name ?? '');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(role?.permissions ?? []));
  const offered = known.filter((permission) => session.permissions.includes(permission));
  const { busy, problem, submit } = useSubmit(async () => {
    // The server knows the names and refuses any other.
    const permissions = [...chosen] as never[];
    if (role === null) await client.roles.create({ role_name: name, permissions });
    else await client.roles.change({ role_code: role.role_code, role_name: name, permissions });
    await queries.invalidateQueries({ queryKey: KEY });
    onClose();
  });
  const choose = (permission: string, wanted: boolean) => {
    const next = new Set(chosen);
    if (wanted) next.add(permission);
    else next.delete(permission);
    setChosen(next);
  };
  return (
    <Dialog title={role === null ? 'New role' : `Edit ${role.role_name}`} onClose={onClose} wide>
      <form className="stack" onSubmit={submit}>
        {problem !== null && <Notice kind="bad">{problem}</Notice>}
        <TextInput label="Name" value={name} onChange={setName} required autoFocus maxLength={50} />
        <fieldset className="stack-tight">
          <legend>Lets do</legend>
          <div className="columns-2">
            {offered.map((permission) => (
              <CheckInput
                key={permission}
                label={words(permission)}
                checked={chosen.has(permission)}
                onChange={(wanted) => choose(permission, wanted)}
              />
            ))}
          </div>
        </fieldset>
        <div className="modal-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={busy}>
            {role === null ? 'Make the role' : 'Save'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
