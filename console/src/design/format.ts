const NUMBER = new Intl.NumberFormat('en');
const MOMENT = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });
const BYTE_UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

export const formatNumber = (value: number): string => NUMBER.format(value);

export const formatMoment = (iso: string | null): string => (iso === null ? '–' : MOMENT.format(new Date(iso)));

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${BYTE_UNITS[unit]}`;
}

/** "1 customer", "2 customers". */
export const count = (value: number, one: string, many = `${one}s`): string =>
  `${formatNumber(value)} ${value === 1 ? one : many}`;
