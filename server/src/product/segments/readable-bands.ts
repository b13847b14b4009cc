/** Limits stand near these shares of the customers: four bands of about a quarter each. */
const CUTS = [0.25, 0.5, 0.75];
/** How far a limit may move from its share to become a round one. */
const LEEWAY = 0.05;
const DAY_MS = 86_400_000;

type Weighted = readonly (readonly [value: number, customers: number])[];

/** The value below which this share of the customers lies (inverse of the weighted distribution function). */
function quantile(values: Weighted, total: number, share: number): number {
  let passed = 0;
  for (const [value, customers] of values) {
    passed += customers;
    if (passed >= share * total) return value;
  }
  return values.at(-1)?.[0] ?? 0;
}

/** The number from `low` to `high` with the fewest digits: multiples of 10, 5, 2 and 1 of every power of ten, coarse first. */
function roundestNumber(low: number, high: number): number {
  if (low >= high) return high;
  const power = Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high), high - low)));
  for (let exponent = power; exponent > power - 16; exponent -= 1) {
    for (const factor of [10, 5, 2, 1]) {
      const step = factor * 10 ** exponent;
      const candidate = Number((Math.ceil(low / step) * step).toPrecision(12));
      if (candidate >= low && candidate <= high) return candidate;
    }
  }
  return high;
}

const isoOf = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** The first day of a year, quarter or month from `low` to `high`, coarse first; else `high`. Days since 1970. */
function roundestDay(low: number, high: number): number {
  const first = new Date(low * DAY_MS);
  for (const months of [12, 3, 1]) {
    const since = first.getUTCFullYear() * 12 + first.getUTCMonth();
    for (const start of [Math.floor(since / months), Math.floor(since / months) + 1]) {
      const day = Date.UTC(Math.floor((start * months) / 12), (start * months) % 12, 1) / DAY_MS;
      if (day >= low && day <= high) return day;
    }
  }
  return high;
}

/**
 * Limits of bands that hold about as many customers each, moved a little to numbers and days that people would choose.
 * `counts` are customers by canonical value; days are ISO dates, and so are their limits. No limit leaves a band empty.
 */
export function readableBands(kind: 'number' | 'date', counts: ReadonlyMap<string, number>): (number | string)[] {
  const read = (value: string) => (kind === 'number' ? Number(value) : Date.parse(value) / DAY_MS);
  const values = [...counts]
    .map(([value, customers]) => [read(value), customers] as const)
    .filter(([value]) => Number.isFinite(value))
    .sort((left, right) => left[0] - right[0]);
  const total = values.reduce((sum, [, customers]) => sum + customers, 0);
  const [lowest = 0] = values[0] ?? [];
  const [highest = 0] = values.at(-1) ?? [];
  const roundest = kind === 'number' ? roundestNumber : roundestDay;
  const limits = CUTS.map((share) =>
    roundest(quantile(values, total, share - LEEWAY), quantile(values, total, share + LEEWAY)),
  ).filter((limit) => limit > lowest && limit <= highest);
  const ascending = [...new Set(limits)].sort((left, right) => left - right);
  const isHeld = (from: number, to: number) => values.some(([value]) => value >= from && value < to);
  const kept: number[] = [];
  for (const limit of ascending) if (isHeld(kept.at(-1) ?? Number.NEGATIVE_INFINITY, limit)) kept.push(limit);
  return kind === 'number' ? kept : kept.map(isoOf);
}
