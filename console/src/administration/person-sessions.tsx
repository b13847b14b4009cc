import type { User } from '@nudgescribe/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { SessionsTable } from '../account/sessions-table.tsx';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { Loaded } from '../design/states.tsx';
import { useTell } from '../design/toasts.tsx';

/** Where a person is signed in, for an administrator to see and end. */
export function PersonSessions({ user, onClose }: { user: User; onClose(): void }) {
  const key = ['sessions', user.user_id];
  const queries = useQueryClient();
  const tell = useTell();
  const sessions = useQuery({ queryKey: key, queryFn: () => client.sessions.list({ user_id: user.user_id }) });
  const end = async (session_id: string) => {
    tell(await client.sessions.end({ session_id }).then(({ message }) => message, explain));
    await queries.invalidateQueries({ queryKey: key });
  };
  return (
    <Dialog title={`Sessions of ${user.display_name}`} onClose={onClose} wide>
      <Loaded query={sessions} what="Loading sessions">
        {(list) =>
          list.length === 0 ? (
            <p className="muted">Signed in nowhere.</p>
          ) : (
            <SessionsTable list={list} onEnd={(sessionId) => void end(sessionId)} />
          )
        }
      </Loaded>
      <div className="modal-actions">
        <Button onPress={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}
