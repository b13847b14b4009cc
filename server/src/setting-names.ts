const PREFIX = 'NUDGESCRIBE_';

/** Of the same prefix, and not the server's: what the command line takes its login from. */
const OTHERS = ['URL', 'EMAIL', 'PASSWORD', 'API_KEY', 'WORKSPACE'].map((name) => `${PREFIX}${name}`);
const OF_TESTS = `${PREFIX}TEST_`;

/** Kubernetes tells every container of all services beside it, and Docker of those it links, under names made of theirs. */
const isOfNeighbour = (name: string, value = '') =>
  /_SERVICE_(HOST|PORT)|_PORT_\d+_|_ENV_/.test(name) ||
  /^(tcp|udp):\/\//.test(value) ||
  (name.endsWith('_NAME') && value.startsWith('/'));

/** How many letters are to be put in, left out or changed to make one word of the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [above, letter] of [...one].entries()) {
    const next = [above + 1];
    for (const [index, wanted] of [...other].entries())
      next.push(
        Math.min((next[index] ?? 0) + 1, (row[index + 1] ?? 0) + 1, (row[index] ?? 0) + (letter === wanted ? 0 : 1)),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The known name that a misspelled one is likely meant to be: two thirds of what follows the prefix are right. */
function meantBy(name: string, known: ReadonlySet<string>): string | null {
  const [nearest] = [...known].map((meant) => ({ meant, far: distance(name, meant) })).sort((a, b) => a.far - b.far);
  return nearest !== undefined && nearest.far * 3 <= name.length - PREFIX.length ? nearest.meant : null;
}

/** A sentence for each setting that nobody reads: what was meant by it is not set, and nothing else would tell. */
export function unknownSettings(environment: Record<string, string | undefined>, known: ReadonlySet<string>): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !name.startsWith(OF_TESTS) && !OTHERS.includes(name))
    .filter((name) => !known.has(name) && !isOfNeighbour(name, environment[name]))
    .map((name) => {
      const meant = meantBy(name, known);
      return `${name} is no setting: ${meant === null ? 'unset it; README.md lists those there are' : `write ${meant}, or unset it`}.`;
    });
}
