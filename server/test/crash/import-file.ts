/** What the store should hold of one customer, and in which order customers joined the group. */
export type Model = { customers: Map<string, { name: string; city: string }>; joined: string[] };

export const emptyModel = (): Model => ({ customers: new Map(), joined: [] });

/** mulberry32: small, and the same in every run. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export type ImportFile = {
  content: string;
  /** What the import must report. */
  counts: Record<string, number>;
  status: 'completed' | 'rejected';
  /** Rows that the repair file must name. */
  failedRows: number[];
  /** The model after the import. */
  after: Model;
};

const CITIES = ['Rome', 'Oslo', 'Riga', 'Bern'];
const NOTE = 'n'.repeat(600);

/**
 * A file of new, changed, unchanged, repeated and bad rows, with all that must come of it by the contract's rules. A
 * `clean` one has no bad and no repeated rows; a `long` one is larger than what a server keeps in memory.
 */
export function importFile(
  model: Model,
  options: { random: (below: number) => number; rows: number; onError: string; clean: boolean; long: boolean },
): ImportFile {
  const { random, rows, onError, clean, long } = options;
  const after: Model = { customers: new Map(model.customers), joined: [...model.joined] };
  const counts: Record<string, number> = {
    total_rows: rows,
    created: 0,
    updated: 0,
    unchanged: 0,
    failed: 0,
    duplicates: 0,
  };
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const lines = ['email,name,city,note'];
  const met = new Set<string>();
  const failedRows: number[] = [];
  const known = [...model.customers.keys()];
  for (let row = 1; row <= rows; row += 1) {
    const dice = random(100);
    let email = `c${model.customers.size}-${row}@x.example`;
    if (dice < 30 && known.length > 0) email = known[random(known.length)] ?? email;
    else if (dice < 33 && met.size > 0 && !clean) email = [...met][random(Math.min(met.size, 50))] ?? email;
    if (clean && met.has(email)) email = `d${model.customers.size}-${row}@x.example`;
    const stored = after.customers.get(email);
    const keeps = stored !== undefined && random(2) === 0;
    const name = keeps ? stored.name : `Name ${random(1_000_000)}`;
    const city = keeps ? stored.city : (CITIES[random(CITIES.length)] ?? 'Rome');
    const isBad = !clean && random(50) === 0;
    lines.push(`${isBad ? 'no address' : email},${name},${city},${long ? NOTE : ''}`);
    if (isBad) {
      count('failed');
      failedRows.push(row);
    } else if (met.has(email)) {
      count('duplicates');
      if (onError === 'reject') failedRows.push(row);
    } else {
      met.add(email);
      count(
        stored === undefined
          ? 'created'
          : stored.name === name && stored.city === city && !long
            ? 'unchanged'
            : 'updated',
      );
      if (stored === undefined) after.joined.push(email);
      after.customers.set(email, { name, city });
    }
  }
  const content = `${lines.join('\n')}\n`;
  const isRejected = onError === 'reject' && failedRows.length > 0;
  if (isRejected) {
    counts.skipped = (counts.created ?? 0) + (counts.updated ?? 0) + (counts.unchanged ?? 0);
    counts.created = counts.updated = counts.unchanged = 0;
  }
  return {
    content,
    counts: Object.fromEntries(Object.entries(counts).filter(([, value]) => value > 0)),
    status: isRejected ? 'rejected' : 'completed',
    failedRows,
    after: isRejected ? model : after,
  };
}
