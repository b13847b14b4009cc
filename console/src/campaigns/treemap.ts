export type Box = { x: number; y: number; width: number; height: number };

/**
 * Places of rectangles whose areas are as the given sizes (largest first), as square as may be.
 * Bruls, Huizing, van Wijk: Squarified Treemaps (2000).
 */
export function squarify(sizes: readonly number[], width: number, height: number): Box[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const boxes: Box[] = [];
  if (total <= 0 || width <= 0 || height <= 0) return boxes;
  const areas = sizes.map((size) => (size / total) * width * height);
  let rest: Box = { x: 0, y: 0, width, height };
  let at = 0;
  while (at < areas.length) {
    const side = Math.min(rest.width, rest.height);
    let end = at + 1;
    let sum = areas[at] ?? 0;
    let worst = ratio(areas, at, end, sum, side);
    while (end < areas.length) {
      const wider = sum + (areas[end] ?? 0);
      const next = ratio(areas, at, end + 1, wider, side);
      if (next > worst) break;
      worst = next;
      sum = wider;
      end += 1;
    }
    const depth = side === 0 ? 0 : sum / side;
    let along = 0;
    for (let index = at; index < end; index++) {
      const length = depth === 0 ? 0 : (areas[index] ?? 0) / depth;
      boxes.push(
        rest.width >= rest.height
          ? { x: rest.x, y: rest.y + along, width: depth, height: length }
          : { x: rest.x + along, y: rest.y, width: length, height: depth },
      );
      along += length;
    }
    rest =
      rest.width >= rest.height
        ? { x: rest.x + depth, y: rest.y, width: rest.width - depth, height: rest.height }
        : { x: rest.x, y: rest.y + depth, width: rest.width, height: rest.height - depth };
    at = end;
  }
  return boxes;
}

/** The worst ratio of sides in a row of these areas along that side. */
function ratio(areas: readonly number[], from: number, to: number, sum: number, side: number): number {
  // Areas come largest first: the ends of the row are its extremes.
  const largest = areas[from] ?? 0;
  const smallest = areas[to - 1] ?? 0;
  if (smallest <= 0 || sum <= 0) return Number.POSITIVE_INFINITY;
  const square = side * side;
  return Math.max((square * largest) / (sum * sum), (sum * sum) / (square * smallest));
}
