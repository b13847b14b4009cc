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
