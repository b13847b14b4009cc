export type DiffPart = { kind: 'same' | 'gone' | 'new'; text: string };

const MAX_WORDS = 600;

/** What became of a text, by words: the longest common subsequence (Wagner and Fischer, 1974). */
export function wordDiff(before: string, after: string): DiffPart[] {
  const [left, right] = [wordsOf(before), wordsOf(after)];
  if (left.length > MAX_WORDS || right.length > MAX_WORDS)
    return [
      { kind: 'gone', text: before },
      { kind: 'new', text: after },
    ];
  const width = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--)
    for (let j = right.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        left[i] === right[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
  const parts: DiffPart[] = [];
  const add = (kind: DiffPart['kind'], text: string) => {
    const last = parts.at(-1);
    if (last?.kind === kind) last.text += text;
    else parts.push({ kind, text });
  };
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      add('same', left[i] ?? '');
      i += 1;
      j += 1;
    } else if (
      j >= right.length ||
      (i < left.length && (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0))
    ) {
      add('gone', left[i] ?? '');
      i += 1;
    } else {
      add('new', right[j] ?? '');
      j += 1;
    }
  }
  return parts;
}

/** Words with the white space behind them, so that the parts joined are the text again. */
const wordsOf = (text: string): string[] => text.match(/\S+\s*|^\s+/g) ?? [];
