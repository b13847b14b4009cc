import { compileDateFormat } from '../fields/date-formats.ts';
import { campaignFailures } from './errors.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

const isoDate = compileDateFormat('yyyy-MM-dd', 2000);

function moment(text: string | undefined, name: string, endOfDay: boolean): Date | null {
  if (text === undefined) return null;
  const isDate = DATE.test(text);
  // Date itself rolls "2026-02-30" over into March.
  const isReal = (isDate || TIMESTAMP.test(text)) && isoDate.parse(text.slice(0, 10)) !== null;
  const date = new Date(isDate ? `${text}T${endOfDay ? '23:59:59.999' : '00:00:00.000'}Z` : text);
  if (!isReal || Number.isNaN(date.getTime()))
    throw campaignFailures.invalid_period({
      message: `${name} must be a date (2026-12-31) or a timestamp (2026-12-31T09:00:00Z).`,
    });
  return date;
}

/** The bounds of a period, both inclusive; a date stands for its whole day, UTC. Throws invalid_period. */
export function readPeriod(start: string | undefined, end: string | undefined): { from: Date | null; to: Date | null } {
  const from = moment(start, 'start_date', false);
  const to = moment(end, 'end_date', true);
  if (from !== null && to !== null && from > to)
    throw campaignFailures.invalid_period({ message: 'start_date must not be after end_date.' });
  return { from, to };
}
