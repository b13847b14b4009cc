import type { ListedSession } from '@nudgescribe/sdk';
import { Button } from '../design/button.tsx';
import { formatMoment } from '../design/format.ts';
import { Badge } from '../design/page.tsx';

/** Sessions that may still be in use; the one that looks at them is ended by signing out. */
export function SessionsTable({ list, onEnd }: { list: readonly ListedSession[]; onEnd(sessionId: string): void }) {
  return (
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
                    onPress={() => onEnd(one.session_id)}
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
  );
}
