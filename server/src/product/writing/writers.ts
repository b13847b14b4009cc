import { offlineWriter } from './offline-writer.ts';
import type { Writer } from './writer.ts';

/** All writers by the name that campaigns give; `offline` is always there. */
export function createWriters(models: readonly Writer[]): ReadonlyMap<string, Writer> {
  return new Map([offlineWriter, ...models].map((writer) => [writer.name, writer]));
}
