import { formatNumber } from '../design/format.ts';

export type Day = { day: string; value: number };

const DAY_MS = 86_400_000;
const SHOWN_DAYS = 30;
const WIDTH = 560;
const HEIGHT = 150;
const BASE = 128;
const SHORT = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** Sums by day (UTC) over the last thirty days, days of nothing included. */
export function perDay<T>(items: readonly T[], of: (item: T) => [moment: string, value: number]): Day[] {
  const sums = new Map<string, number>();
  for (const item of items) {
    const [moment, value] = of(item);
    const day = moment.slice(0, 10);
    sums.set(day, (sums.get(day) ?? 0) + value);
  }
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  return Array.from({ length: SHOWN_DAYS }, (_, index) => {
    const day = new Date(today - (SHOWN_DAYS - 1 - index) * DAY_MS).toISOString().slice(0, 10);
    return { day, value: sums.get(day) ?? 0 };
  });
}

/** Columns by day; the same numbers stand in a table for those who do not see them. */
export function DayPlot({ label, days }: { label: string; days: readonly Day[] }) {
  const highest = Math.max(...days.map(({ value }) => value), 1);
  const step = WIDTH / days.length;
  const busy = days.filter(({ value }) => value > 0);
  const [first, last] = [days[0], days.at(-1)];
  if (busy.length === 0) return <p className="muted">Nothing in the last {days.length} days.</p>;
  return (
    <figure>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="plot" aria-hidden="true">
        <line x1="0" x2={WIDTH} y1={BASE} y2={BASE} />
        {days.map(({ day, value }, index) => {
          const height = (value / highest) * (BASE - 18);
          return (
            <rect key={day} x={index * step + 2} y={BASE - height} width={step - 4} height={height} rx="2">
              <title>{`${day}: ${formatNumber(value)}`}</title>
            </rect>
          );
        })}
        <text x="0" y="12">{`${formatNumber(highest)} at most`}</text>
        <text x="0" y={HEIGHT - 6}>
          {first === undefined ? '' : SHORT.format(new Date(first.day))}
        </text>
        <text x={WIDTH} y={HEIGHT - 6} textAnchor="end">
          {last === undefined ? '' : SHORT.format(new Date(last.day))}
        </text>
      </svg>
      <table className="visually-hidden">
        <caption>{label}</caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Number</th>
          </tr>
        </thead>
        <tbody>
          {busy.map(({ day, value }) => (
            <tr key={day}>
              <td>{day}</td>
              <td>{formatNumber(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
