import type { User } from '@nudgescribe/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { Button } from '../design/button.tsx';
import { ConfirmDialog, Dialog } from '../design/dialog.tsx';
import { CheckInput, SelectInput, TextInput } from '../design/fields.tsx';
import { formatMoment } from '../design/format.ts';
import { Badge, Card } from '../design/page.tsx';
import { Loaded, Notice } from '../design/states.tsx';
import { useTell } from '../design/toasts.tsx';
import { useMay, useSession } from '../session/session-context.tsx';
import { LinkDialog } from './link-dialog.tsx';
import { ACCOUNT_ADMIN, type Roles, useRoles } from './use-roles.ts';

const KEY = ['users'] as const;

export function People() {
  const may = useMay()('users.write');
  const { session } = useSession();
  const queries = useQueryClient();
  const tell = useTell();
  const roles = useRoles();
  const [edited, setEdited] = useState<User | 'new' | null>(null);
  const [linked, setLinked] = useState<Pick<User, 'user_id' | 'display_name'> | null>(null);
  const [lost, setLost] = useState<User | null>(null);
  const [switched, setSwitched] = useState<User | null>(null);
  const users = useQuery({ queryKey: KEY, queryFn: () => client.users.list() });
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
          <div className="table-frame">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">Person</th>
                  <th scope="col">Role</th>
                  <th scope="col">Since</th>
                  <th scope="col">
                    <span className="visually-hidden">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
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
                          <Button
                            small
                            look="quiet"
                            aria-label={`Edit ${user.display_name}`}
                            onPress={() => setEdited(user)}
                          >
                            Edit
                          </Button>
                          {!user.disabled && (
                            <Button
                              small
                              look="quiet"
                              aria-label={`Password link for ${user.display_name}`}
                              onPress={() => setLinked(user)}
                            >
                              Password link
                            </Button>
                          )}
                          {user.has_second_factor && user.user_id !== session.user_id && (
                            <Button
                              small
                              look="quiet"
                              aria-label={`Reset the second factor of ${user.display_name}`}
                              onPress={() => setLost(user)}
                            >
                              Reset second factor
                            </Button>
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
                        </div>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {edited !== null && (
            <PersonDialog
              user={edited === 'new' ? null : edited}
              onClose={() => setEdited(null)}
              onInvite={setLinked}
            />
          )}
          {linked !== null && <LinkDialog user={linked} onClose={() => setLinked(null)} />}
          {lost !== null && (
            <ConfirmDialog
              title={`Reset the second factor of ${lost.display_name}?`}
              action="Reset it"
              danger
              onClose={() => setLost(null)}
              onConfirm={async () => {
                await client.secondFactor.reset({ user_id: lost.user_id });
                await queries.invalidateQueries({ queryKey: KEY });
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
                await queries.invalidateQueries({ queryKey: KEY });
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

function PersonDialog(props: { user: User | null; onClose(): void; onInvite(user: User): void }) {
  const { user, onClose, onInvite } = props;
  const { session } = useSession();
  const queries = useQueryClient();
  const tell = useTell();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [name, setName] = useState(user?.display_name ?? '');
  const [role, setRole] = useState(user?.role_code ?? 'EDITOR');
  const [limited, setLimited] = useState(user !== null && user.workspaces !== null);
  const { choices } = useRoles();
  const [roles, setRoles] = useState<ReadonlyMap<string, string>>(
    new Map((user?.workspaces ?? []).map((one) => [one.workspace_id, one.role_code])),
  );
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const mayBeLimited = role !== ACCOUNT_ADMIN;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    const workspaces =
      limited && mayBeLimited ? [...roles].map(([workspace_id, role_code]) => ({ workspace_id, role_code })) : null;
    const named = name.trim() === '' ? {} : { display_name: name };
    try {
      if (user === null) {
        const made = await client.users.create({
          email,
          ...(password === '' ? {} : { password }),
          role_code: role,
          ...named,
          ...(workspaces === null ? {} : { workspaces }),
        });
        if (password === '') onInvite(made);
      } else await client.users.change({ user_id: user.user_id, role_code: role, ...named, workspaces });
      await queries.invalidateQueries({ queryKey: KEY });
      tell(
        user === null
          ? password === ''
            ? 'The person is added.'
            : 'The person is added. Give them the password by a safe way.'
          : 'Saved; it holds from their next call on.',
      );
      onClose();
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={user === null ? 'Add a person' : `Edit ${user.display_name}`} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        {problem !== null && <Notice kind="bad">{problem}</Notice>}
        {user === null && (
          <TextInput
            label="Email"
            type="email"
            value={email}
            onChange={setEmail}
            required
            autoFocus
            autoComplete="off"
          />
        )}
        <TextInput label="Name" value={name} onChange={setName} maxLength={100} autoFocus={user !== null} />
        {user === null && (
          <TextInput
            label="First password"
            type="password"
            value={password}
            onChange={setPassword}
            autoComplete="new-password"
            hint="Leave it empty to hand over a link by which they choose their own."
          />
        )}
        <SelectInput label="Role" value={role} choices={choices} onChange={setRole} />
        {mayBeLimited && <CheckInput label="Only in some workspaces" checked={limited} onChange={setLimited} />}
        {mayBeLimited &&
          limited &&
          session.workspaces.map((workspace) => (
            <SelectInput
              key={workspace.workspace_id}
              label={workspace.workspace_name}
              value={roles.get(workspace.workspace_id) ?? ''}
              choices={[{ value: '', label: 'No role' }, ...choices.filter(({ value }) => value !== ACCOUNT_ADMIN)]}
              onChange={(value) => {
                const next = new Map(roles);
                if (value === '') next.delete(workspace.workspace_id);
                else next.set(workspace.workspace_id, value);
                setRoles(next);
              }}
            />
          ))}
        <div className="modal-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={busy}>
            {user === null ? 'Add' : 'Save'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
