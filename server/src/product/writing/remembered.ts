/** So many answers are kept at most: a campaign's sentences are a few hundred, those about its segments may be many more. */
const MOST_KEPT = 4_000;

/** The same function, which answers what it was asked before from memory: sentences come from small pools, again and again. */
export function remembered<Answer>(compute: (text: string) => Answer): (text: string) => Answer {
  const answers = new Map<string, Answer>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined || answers.has(text)) return known as Answer;
    const answer = compute(text);
    if (answers.size >= MOST_KEPT) answers.clear();
    answers.set(text, answer);
    return answer;
  };
}
