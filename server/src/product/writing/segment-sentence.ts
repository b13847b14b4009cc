import type { Material } from './material.ts';
import { type SegmentAngle, segmentAngle } from './segment-angle.ts';
import type { SegmentAttribute } from './writer.ts';

/** What one segment lends to its texts. */
export type Segment = {
  angle: SegmentAngle;
  /**
   * One sentence of its own: how long its customers have been there, or what they have; another for each variant. Null
   * when nothing may be said.
   */
  sentence(turn: number): { slot: 'prelude' | 'aside'; text: string } | null;
};

const wordsIn = (text: string) =>
  (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => word.replace(/s$/, ''));

/** Whether a text names what the customers have, or its kind: only then does something take its place. */
function speaksOf(text: string, holding: SegmentAngle['holding']): boolean {
  if (holding === null) return false;
  const said = new Set(wordsIn(text));
  const value = wordsIn(holding.value);
  return wordsIn(holding.noun).some((word) => said.has(word)) || value.every((word) => said.has(word));
}

/** Reads a segment for what its texts may say of it. */
export function readSegment(attributes: readonly SegmentAttribute[], material: Material, objective: string): Segment {
  const angle = segmentAngle(attributes);
  const { wording } = material;
  const holding = angle.holding === null ? null : wording.holding(angle.holding.value, angle.holding.noun);
  const replaces = material.speaksOfReplacing && speaksOf(`${objective} ${material.productName}`, angle.holding);
  const standing = angle.saidStanding === null ? [] : (wording.standing[angle.saidStanding] ?? []);
  const about = holding === null ? [] : wording.asides[replaces ? 'replaces' : 'adds'];
  const sentences = [
    ...standing.map((text) => ({ slot: 'prelude' as const, text })),
    ...about.map((text) => ({ slot: 'aside' as const, text: text.replaceAll('{holding}', () => holding ?? '') })),
  ];
  return { angle, sentence: (turn) => sentences[turn % sentences.length] ?? null };
}
