import type { User } from '@nudgescribe/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { Button } from '../design/button.tsx';
import { ConfirmDialog } from '../design/dialog.tsx';
import { formatMoment } from '../design/format.ts';
import { Badge, Card } from '../design/page.tsx';
import { Loaded } from '../design/states.tsx';
import { RowButton, Table } from '../design/table.tsx';
import { useTell } from '../design/toasts.tsx';
import { useMay, useSession } from '../session/session-context.tsx';
import { allUsers, USERS_KEY } from './all-users.ts';
import { LinkDialog } from './link-dialog.tsx';
import { PersonDialog } from './person-dialog.tsx';
import { PersonSessions } from './person-sessions.tsx';
import { type Roles, useRoles } from './use-roles.ts';

export function People() {
  const may = useMay()('users.write');
  const { session } = useSession();
  const queries = useQueryClient();
  const tell = useTell();
  const roles = useRoles();
  const [edited, setEdited] = useState<User | 'new' | null>(null);
  const [linked, setLinked] = useState<Pick<User, 'user_id' | 'display_name'> | null>(null);
  const [lost, setLost] = useState<User | null>(null);
  const [watched, setWatched] = useState<User | null>(null);
  const [switched, setSwitched] = useState<User | null>(null);
  const [deleted, setDeleted] = useState<User | null>(null);
  const users = useQuery({ queryKey: USERS_KEY, queryFn: allUsers });
  return (
    <Loaded query={users} what="Loading people">
      {(list) => (
        <Card
          flush
          title="People"
          aside={
            may && (
              <Button small look="primary" onPress={() => setEdited('new')}>
                Add a person
              </Button>
            )
          }
        >
          <Table columns={['Person', 'Role', 'Since']} actions>
            {list.map((user) => (
              <tr key={user.user_id}>
                <td>
                  <b>{user.display_name}</b> {user.user_id === session.user_id && <Badge>you</Badge>}{' '}
                  {user.disabled && <Badge tone="bad">disabled</Badge>}{' '}
                  {user.has_second_factor && <Badge tone="good">second factor</Badge>}
                  {user.display_name !== user.email && <div className="small muted">{user.email}</div>}
                </td>
                <td>
                  {roles.nameOf(user.role_code)}
                  <div className="small muted">
                    {user.workspaces === null
                      ? 'in every workspace'
                      : `in ${workspacesOf(user, session.workspaces, roles)}`}
                  </div>
                </td>
                <td className="muted">{formatMoment(user.created_at)}</td>
                <td>
                  {may && (
                    <div className="row">
                      <RowButton label={`Edit ${user.display_name}`} onPress={() => setEdited(user)}>
                        Edit
                      </RowButton>
                      <RowButton label={`Sessions of ${user.display_name}`} onPress={() => setWatched(user)}>
                        Sessions
                      </RowButton>
                      {!user.disabled && (
                        <RowButton label={`Password link for ${user.display_name}`} onPress={() => setLinked(user)}>
                          Password link
                        </RowButton>
                      )}
                      {user.has_second_factor && user.user_id !== session.user_id && (
                        <RowButton
                          label={`Reset the second factor of ${user.display_name}`}
                          onPress={() => setLost(user)}
                        >
                          Reset second factor
                        </RowButton>
                      )}
                      {user.user_id !== session.user_id && (
                        <Button
                          small
                          look="quiet"
                          aria-label={`${user.disabled ? 'Enable' : 'Disable'} ${user.display_name}`}
                          onPress={() => setSwitched(user)}
                        >
                          {user.disabled ? 'Enable' : 'Disable'}
                        </Button>
                      )}
                      {user.disabled && user.user_id !== session.user_id && (
                        <RowButton label={`Delete ${user.display_name}`} onPress={() => setDeleted(user)}>
                          Delete
                        </RowButton>
                      )}
                    </div>
                  )}
                </td>
              </tr>
            ))}
          </Table>
          {edited !== null && (
            <PersonDialog
              user={edited === 'new' ? null : edited}
              onClose={() => setEdited(null)}
              onInvite={setLinked}
            />
          )}
          {linked !== null && <LinkDialog user={linked} onClose={() => setLinked(null)} />}
          {watched !== null && <PersonSessions user={watched} onClose={() => setWatched(null)} />}
          {lost !== null && (
            <ConfirmDialog
              title={`Reset the second factor of ${lost.display_name}?`}
              action="Reset it"
              danger
              onClose={() => setLost(null)}
              onConfirm={async () => {
                await client.secondFactor.reset({ user_id: lost.user_id });
                await queries.invalidateQueries({ queryKey: USERS_KEY });
                tell('They sign in by password alone until they set up a new one.');
              }}
            >
              <p>For somebody who lost the app and the recovery codes. Be sure that it is they who ask.</p>
            </ConfirmDialog>
          )}
          {switched !== null && (
            <ConfirmDialog
              title={`${switched.disabled ? 'Enable' : 'Disable'} ${switched.display_name}?`}
              action={switched.disabled ? 'Enable' : 'Disable'}
              danger={!switched.disabled}
              onClose={() => setSwitched(null)}
              onConfirm={async () => {
                await client.users.change({ user_id: switched.user_id, disabled: !switched.disabled });
                await queries.invalidateQueries({ queryKey: USERS_KEY });
                tell(switched.disabled ? 'The person may sign in again.' : 'The person is disabled.');
              }}
            >
              <p>
                {switched.disabled
                  ? 'They can sign in again with the password they had.'
                  : 'Every session of theirs ends at once, and they cannot sign in.'}
              </p>
            </ConfirmDialog>
          )}
          {deleted !== null && (
            <ConfirmDialog
              title={`Delete ${deleted.display_name}?`}
              action="Delete"
              danger
              onClose={() => setDeleted(null)}
              onConfirm={async () => {
                await client.users.delete({ user_id: deleted.user_id });
                await queries.invalidateQueries({ queryKey: USERS_KEY });
                tell('The person is deleted.');
              }}
            >
              <p>Name, email and roles are gone for good. What they made stays, and names them by an id only.</p>
            </ConfirmDialog>
          )}
        </Card>
      )}
    </Loaded>
  );
}

const workspacesOf = (user: User, known: readonly { workspace_id: string; workspace_name: string }[], roles: Roles) =>
  (user.workspaces ?? [])
    .map(
      ({ workspace_id, role_code }) =>
        `${known.find((one) => one.workspace_id === workspace_id)?.workspace_name ?? 'another'} (${roles.nameOf(role_code)})`,
    )
    .join(', ') || 'no workspace';
