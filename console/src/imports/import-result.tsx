import type { Import } from '@nudgescribe/sdk';
import { count, formatNumber } from '../design/format.ts';
import { Badge, Stat, type Tone } from '../design/page.tsx';

export const STATUS_WORDS: Readonly<Record<Import['status'], { label: string; tone: Tone }>> = {
  queued: { label: 'Waiting', tone: 'plain' },
  running: { label: 'Running', tone: 'accent' },
  completed: { label: 'Done', tone: 'good' },
  rejected: { label: 'Refused', tone: 'bad' },
  failed: { label: 'Failed', tone: 'bad' },
  cancelled: { label: 'Stopped', tone: 'warn' },
};

export const isOver = (status: Import['status']): boolean => status !== 'queued' && status !== 'running';

export function ImportStatus({ status }: { status: Import['status'] }) {
  const { label, tone } = STATUS_WORDS[status];
  return <Badge tone={tone}>{label}</Badge>;
}

/** What the rows of a file came to, or would come to. */
export function ImportCounts({ result, dry = false }: { result: Import; dry?: boolean }) {
  const stats: [number, string][] = [
    [result.total_rows, 'rows'],
    [result.created, dry ? 'would be created' : 'created'],
    [result.updated, dry ? 'would be updated' : 'updated'],
    [result.unchanged, 'unchanged'],
    [result.failed, 'with a mistake'],
    [result.duplicates, 'twice in the file'],
  ];
  if (result.skipped > 0) stats.push([result.skipped, 'left out']);
  return (
    <div className="stats">
      {stats.map(([value, label]) => (
        <Stat key={label} value={formatNumber(value)} label={label} />
      ))}
    </div>
  );
}

/** Mistakes by cause, with the first places of each. */
export function ImportErrors({ result }: { result: Import }) {
  const causes = Object.entries(result.error_counts).sort(([, a], [, b]) => b - a);
  if (causes.length === 0) return null;
  return (
    <div className="table-frame">
      <table className="table">
        <caption className="visually-hidden">Mistakes by cause</caption>
        <thead>
          <tr>
            <th scope="col">Cause</th>
            <th scope="col" className="number">
              Cells
            </th>
            <th scope="col">Where</th>
          </tr>
        </thead>
        <tbody>
          {causes.map(([code, times]) => {
            const places = result.errors.filter((error) => error.code === code);
            const first = places[0];
            return (
              <tr key={code}>
                <td>{first?.message ?? code.replaceAll('_', ' ')}</td>
                <td className="number">{formatNumber(times)}</td>
                <td className="small muted">
                  {places.slice(0, 4).map(place).join(', ')}
                  {times > 4 && ` and ${count(times - Math.min(4, places.length), 'more', 'more')}`}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const place = (error: Import['errors'][number]) =>
  error.row === 0 ? (error.field ?? 'the file') : `row ${error.row}${error.field === null ? '' : ` (${error.field})`}`;
