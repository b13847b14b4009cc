import type { ListedSession } from '@nudgescribe/sdk';
import { formatMoment } from '../design/format.ts';
import { Badge } from '../design/page.tsx';
import { RowButton, Table } from '../design/table.tsx';

/** Sessions that may still be in use; the one that looks at them is ended by signing out. */
export function SessionsTable({ list, onEnd }: { list: readonly ListedSession[]; onEnd(sessionId: string): void }) {
  return (
    <Table columns={['With', 'From', 'Since', 'Last seen']} actions>
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
              <RowButton
                label={`End the session from ${one.address} since ${formatMoment(one.began_at)}`}
                onPress={() => onEnd(one.session_id)}
              >
                End
              </RowButton>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
