import { useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { Button } from '../design/button.tsx';
import { formatMoment } from '../design/format.ts';
import { Badge, Card } from '../design/page.tsx';
import { Loaded } from '../design/states.tsx';
import { useTell } from '../design/toasts.tsx';

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
          <div className="table-frame">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">With</th>
                  <th scope="col">From</th>
                  <th scope="col">Since</th>
                  <th scope="col">Last seen</th>
                  <th scope="col">
                    <span className="visually-hidden">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.map((one) => (
                  <tr key={one.session_id}>
                    <td>
                      {one.kind === 'console' ? 'Console' : 'A program'} {one.is_current && <Badge>this one</Badge>}
                      <div className="small muted clamp">{one.client}</div>
                    </td>
                    <td>
                      {one.address} {one.country !== null && <Badge>{one.country}</Badge>}
                    </td>
                    <td className="muted">{formatMoment(one.began_at)}</td>
                    <td className="muted">{one.seen_at === null ? '' : formatMoment(one.seen_at)}</td>
                    <td>
                      {!one.is_current && (
                        <Button
                          small
                          look="quiet"
                          aria-label={`End the session from ${one.address} since ${formatMoment(one.began_at)}`}
                          onPress={() => void end({ session_id: one.session_id })}
                        >
                          End
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Card>
      )}
    </Loaded>
  );
}
