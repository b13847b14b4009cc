/** A test that a document names as the proof of a claim. */
export type NamedProof = { file: string; title: string };

/** `path/of.test.ts` “title of the test”, as SECURITY.md writes it; a title may run over the end of a line. */
export function namedProofs(document: string): NamedProof[] {
  return [...document.matchAll(/`([\w./-]+\.(?:test|e2e)\.ts)`\s+“([^”]+)”/g)].map(([, file = '', title = '']) => ({
    file,
    title: title.replaceAll(/\s+/g, ' '),
  }));
}

/** What is wrong with them: no such file, or no test of that title in it. */
export function proofProblems(proofs: readonly NamedProof[], textOf: (file: string) => string | null): string[] {
  return proofs.flatMap(({ file, title }) => {
    const text = textOf(file);
    if (text === null) return [`There is no ${file}.`];
    const quoted = [`test('${title}'`, `test("${title}"`, `test(\`${title}\``];
    return quoted.some((start) => text.includes(start)) ? [] : [`${file} has no test “${title}”.`];
  });
}

/** How many requirements of levels 1 and 2 each chapter of OWASP ASVS 5.0.0 has. */
const ASVS_CHAPTERS = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7];
const ASVS_ROW = /^\| (\d+)\.(\d+)\.(\d+) \| ([12]) \| ([^|]+) \| ([^|]*)\|$/gm;
const ASVS_TEST = /^- ([A-Z]\d+): `/gm;

/** What the register of ASVS requirements lacks: a number, a reason, or a test that it names. */
export function registerProblems(register: string): string[] {
  const problems: string[] = [];
  const known = new Set([...register.matchAll(ASVS_TEST)].map(([, code = '']) => code));
  const numbers = new Set<string>();
  const counts = ASVS_CHAPTERS.map(() => 0);
  for (const [, chapter = '', section = '', place = '', , shown = '', how = ''] of register.matchAll(ASVS_ROW)) {
    const number = `${chapter}.${section}.${place}`;
    if (numbers.has(number)) problems.push(`${number} stands there twice.`);
    numbers.add(number);
    counts[Number(chapter) - 1] = (counts[Number(chapter) - 1] ?? 0) + 1;
    if (['exception', 'not applicable', 'by construction'].includes(shown)) {
      if (how.trim() === '') problems.push(`${number} has no reason.`);
    } else
      for (const code of shown.split(', ')) if (!known.has(code)) problems.push(`${number} names no test: ${code}.`);
  }
  ASVS_CHAPTERS.forEach((wanted, index) => {
    if (counts[index] !== wanted)
      problems.push(`V${index + 1} has ${counts[index]} requirements instead of ${wanted}.`);
  });
  return problems;
}

const KEY_PURPOSE = /(?:deriveFrom\([^'()]+|derive\()'([^']+)'/g;
const LOG_EVENT = /\blog(?:\.(?:info|warn|error))?\(\s*'([a-z_]+)'/g;
const NAMED = /`([a-z]+(?:[ _-][a-z]+)*)`/g;
const firstCells = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(' | ')[0] ?? '')
    .join('\n');

/** Purposes of keys and events of the log that only the source or only docs/inventory.md knows. */
export function inventoryProblems(inventory: string, sources: readonly string[]): string[] {
  const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = '']) => name);
  const known = new Set(sources.flatMap((text) => [...all(text, KEY_PURPOSE), ...all(text, LOG_EVENT)]));
  const listed = new Set(all(firstCells(inventory), NAMED));
  const anywhere = new Set(all(inventory, NAMED));
  return [
    ...[...known].filter((name) => !anywhere.has(name)).map((name) => `“${name}” is not in docs/inventory.md.`),
    ...[...listed].filter((name) => !known.has(name)).map((name) => `docs/inventory.md has “${name}”, no source has.`),
  ];
}
