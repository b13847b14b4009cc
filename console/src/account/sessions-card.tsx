import { useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { Button } from '../design/button.tsx';
import { Card } from '../design/page.tsx';
import { Loaded } from '../design/states.tsx';
import { useTell } from '../design/toasts.tsx';
import { SessionsTable } from './sessions-table.tsx';

const KEY = ['sessions'] as const;

/** Where the person is signed in, by browser and by program. */
export function SessionsCard() {
  const queries = useQueryClient();
  const tell = useTell();
  const sessions = useQuery({ queryKey: KEY, queryFn: () => client.sessions.list() });
  const end = async (wish: { session_id?: string; others?: boolean }) => {
    const told = await client.sessions.end(wish).then(({ message }) => message, explain);
    await queries.invalidateQueries({ queryKey: KEY });
    tell(told);
  };
  return (
    <Loaded query={sessions} what="Loading sessions">
      {(list) => (
        <Card
          flush
          title="Where you are signed in"
          aside={
            list.length > 1 && (
              <Button small onPress={() => void end({ others: true })}>
                Sign out everywhere else
              </Button>
            )
          }
        >
          <SessionsTable list={list} onEnd={(sessionId) => void end({ session_id: sessionId })} />
        </Card>
      )}
    </Loaded>
  );
}
