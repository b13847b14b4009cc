import type { Finding } from '@nudgescribe/sdk';

type Part = 'subject' | 'preheader' | 'message';
type Piece = { text: string; isTag: boolean; severity: Finding['severity'] | null };

const TAG = /\{\{[^{}]*\}\}/g;

/** A template with its merge tags set apart and the places of findings marked. */
export function MessageText(props: { text: string; part: Part; findings: readonly Finding[] }) {
  const pieces = piecesOf(
    props.text,
    props.findings.flatMap(({ edit, severity }) => (edit?.part === props.part ? [{ ...edit, severity }] : [])),
  );
  return (
    <>
      {pieces.map(({ text, isTag, severity }, index) => {
        const key = `${index}-${text}`;
        if (severity !== null)
          return (
            <mark key={key} className={severity === 'error' ? 'mark-bad' : 'mark-warn'}>
              {text}
            </mark>
          );
        return isTag ? (
          <span key={key} className="tag">
            {text}
          </span>
        ) : (
          text
        );
      })}
    </>
  );
}

function piecesOf(
  text: string,
  marks: readonly { from: number; to: number; severity: Finding['severity'] }[],
): Piece[] {
  const cuts = new Set([0, text.length]);
  const tags = [...text.matchAll(TAG)].map((match) => ({ from: match.index, to: match.index + match[0].length }));
  for (const { from, to } of [...tags, ...marks]) {
    cuts.add(Math.min(from, text.length));
    cuts.add(Math.min(to, text.length));
  }
  const ends = [...cuts].sort((a, b) => a - b);
  return ends.slice(0, -1).flatMap((from, index) => {
    const to = ends[index + 1] ?? from;
    if (to <= from) return [];
    const within = (range: { from: number; to: number }) => range.from <= from && to <= range.to;
    return [{ text: text.slice(from, to), isTag: tags.some(within), severity: marks.find(within)?.severity ?? null }];
  });
}
