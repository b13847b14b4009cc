import type { ApiKey } from '@nudgescribe/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { Button } from '../design/button.tsx';
import { ConfirmDialog, Dialog } from '../design/dialog.tsx';
import { SelectInput, TextInput } from '../design/fields.tsx';
import { formatMoment } from '../design/format.ts';
import { Badge, Card } from '../design/page.tsx';
import { Empty, Loaded, Notice } from '../design/states.tsx';
import { RowButton, Table } from '../design/table.tsx';
import { useSubmit } from '../design/use-submit.ts';
import { useMay, useSession } from '../session/session-context.tsx';

const KEY = ['api-keys'] as const;

export function Keys() {
  const may = useMay()('api_keys.write');
  const queries = useQueryClient();
  const [making, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<ApiKey | null>(null);
  const keys = useQuery({ queryKey: KEY, queryFn: () => client.apiKeys.list() });
  return (
    <Loaded query={keys} what="Loading keys">
      {(list) => (
        <Card
          flush
          title="API keys"
          aside={
            may && (
              <Button small look="primary" onPress={() => setMaking(true)}>
                New key
              </Button>
            )
          }
        >
          {list.length === 0 ? (
            <Empty title="No keys">A program signs in with a key and a user of its own.</Empty>
          ) : (
            <Table columns={['Key', 'Ends in', 'Made', 'Last used']} actions>
              {list.map((key) => (
                <tr key={key.api_key_id}>
                  <td>
                    <b>{key.key_name}</b> {key.revoked_at !== null && <Badge tone="bad">revoked</Badge>}
                    <div className="small muted">{limitsOf(key)}</div>
                  </td>
                  <td className="mono">…{key.key_hint}</td>
                  <td className="muted">{formatMoment(key.created_at)}</td>
                  <td className="muted">{key.last_used_at === null ? 'never' : formatMoment(key.last_used_at)}</td>
                  <td>
                    {may && key.revoked_at === null && (
                      <RowButton label={`Revoke ${key.key_name}`} onPress={() => setRevoked(key)}>
                        Revoke
                      </RowButton>
                    )}
                  </td>
                </tr>
              ))}
            </Table>
          )}
          {making && <NewKeyDialog onClose={() => setMaking(false)} />}
          {revoked !== null && (
            <ConfirmDialog
              title={`Revoke ${revoked.key_name}?`}
              action="Revoke the key"
              danger
              onClose={() => setRevoked(null)}
              onConfirm={async () => {
                await client.apiKeys.revoke({ api_key_id: revoked.api_key_id });
                await queries.invalidateQueries({ queryKey: KEY });
              }}
            >
              <p>Programs that signed in with it are refused from their next call on. This cannot be taken back.</p>
            </ConfirmDialog>
          )}
        </Card>
      )}
    </Loaded>
  );
}

/** What the key does not let do, in words. */
function limitsOf(key: ApiKey): string {
  return [
    key.permissions === null ? '' : `${key.permissions.length} permissions only`,
    key.workspace_ids === null ? '' : `${key.workspace_ids.length} workspaces only`,
    key.expires_at === null ? '' : `until ${formatMoment(key.expires_at)}`,
  ]
    .filter((text) => text !== '')
    .join(', ');
}

/** The key itself is shown once, here, and kept nowhere. */
function NewKeyDialog({ onClose }: { onClose(): void }) {
  const queries = useQueryClient();
  const { session } = useSession();
  const [name, setName] = useState('');
  const [workspaceId, setWorkspaceId] = useState('');
  const [until, setUntil] = useState('');
  const [made, setMade] = useState<string | null>(null);
  const { busy, problem, submit } = useSubmit(async () => {
    const wish = {
      key_name: name,
      ...(workspaceId === '' ? {} : { workspace_ids: [workspaceId] }),
      ...(until === '' ? {} : { expires_at: new Date(`${until}T23:59:59`).toISOString() }),
    };
    setMade((await client.apiKeys.create(wish)).api_key);
    await queries.invalidateQueries({ queryKey: KEY });
  });
  if (made !== null)
    return (
      <Dialog title="Your new key" onClose={onClose} urgent>
        <Notice kind="warn">This is the only time it is shown. Keep it where secrets are kept.</Notice>
        <code style={{ overflowWrap: 'anywhere' }}>{made}</code>
        <div className="modal-actions">
          <Button onPress={() => void navigator.clipboard?.writeText(made)}>Copy</Button>
          <Button look="primary" onPress={onClose}>
            I have kept it
          </Button>
        </div>
      </Dialog>
    );
  return (
    <Dialog title="New key" onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        {problem !== null && <Notice kind="bad">{problem}</Notice>}
        <TextInput label="Name" value={name} onChange={setName} required autoFocus hint="Which program uses it." />
        <SelectInput
          label="Reaches"
          value={workspaceId}
          onChange={setWorkspaceId}
          choices={[
            { value: '', label: 'Every workspace its user sees' },
            ...session.workspaces.map((one) => ({ value: one.workspace_id, label: `${one.workspace_name} only` })),
          ]}
        />
        <TextInput
          label="Good until"
          type="date"
          value={until}
          onChange={setUntil}
          hint="Empty: until it is revoked. Its permissions can be limited through PATCH /v1/api-key."
        />
        <div className="modal-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={busy}>
            Make the key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
