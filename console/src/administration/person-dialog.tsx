import type { User } from '@nudgescribe/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { CheckInput, SelectInput, TextInput } from '../design/fields.tsx';
import { Notice } from '../design/states.tsx';
import { useTell } from '../design/toasts.tsx';
import { useSession } from '../session/session-context.tsx';
import { USERS_KEY } from './all-users.ts';
import { ACCOUNT_ADMIN, useRoles } from './use-roles.ts';

/** Adds a person, or changes name and roles of one. Without a password a link is made for them to choose one. */
export function PersonDialog(props: { user: User | null; onClose(): void; onInvite(user: User): void }) {
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
      await queries.invalidateQueries({ queryKey: USERS_KEY });
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
