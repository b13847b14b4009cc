import { parentPort, workerData } from 'node:worker_threads';
import type { CopiedRows } from '../../platform/database/copy-out.ts';
import type { OpeningKeys } from '../sealing/portable-keys.ts';
import type { ObjectSeal } from '../sealing/sealed-stream.ts';
import type { PlanSource } from './export-plan.ts';
import { createPartMaker, type PartCounts } from './part-maker.ts';

/*
 * The thread in which members become files, so that the server's own thread answers calls meanwhile. It opens nothing
 * itself: members and the key of each file are handed to it, and it answers one request at a time.
 */
export type Request =
  | { ask: 'begin'; seal: ObjectSeal; keys: OpeningKeys }
  | { ask: 'feed'; members: CopiedRows; suppressed: readonly number[] }
  | { ask: 'finish' };

type Bytes = Uint8Array<ArrayBuffer>;

/** `end` stands at the end of a file. */
export type Answer = { sealed: Bytes; end: { index: Bytes; counts: PartCounts } | null };

const port = parentPort;
if (port === null) throw new Error('This file is started as a thread.');
const maker = createPartMaker(workerData as PlanSource);

function answer(request: Request): Answer | null {
  if (request.ask === 'begin') {
    maker.begin(request.seal, request.keys);
    return null;
  }
  if (request.ask === 'feed') return { sealed: maker.feed(request.members, new Set(request.suppressed)), end: null };
  const { sealed, ...end } = maker.finish();
  return { sealed, end };
}

port.on('message', (request: Request) => {
  const answered = answer(request);
  if (answered === null) return;
  const { sealed, end } = answered;
  port.postMessage(answered, end === null ? [sealed.buffer] : [sealed.buffer, end.index.buffer]);
});
