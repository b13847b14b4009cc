/** What a check of the installation came to. `mend` says what to do; null when there is nothing to do. */
export type Finding = { level: 'good' | 'note' | 'bad'; what: string; mend: string | null };

export const good = (what: string): Finding => ({ level: 'good', what, mend: null });
export const note = (what: string, mend: string): Finding => ({ level: 'note', what, mend });
export const bad = (what: string, mend: string): Finding => ({ level: 'bad', what, mend });

const MARKS = { good: 'ok  ', note: 'note', bad: 'BAD ' } as const;

/** One line a finding, and under it what to do. */
export function findingsText(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ level, what, mend }) => [
    `${MARKS[level]}  ${what}`,
    ...(mend === null ? [] : [`      ${mend}`]),
  ]);
  const count = (level: Finding['level']) => findings.filter((one) => one.level === level).length;
  return [...lines, `${count('good')} good, ${count('note')} to think of, ${count('bad')} to mend`].join('\n');
}
