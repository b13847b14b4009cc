import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { type ResourceLimits, Worker } from 'node:worker_threads';

const BACKGROUND_THREAD = new URL('./background-thread.ts', import.meta.url);

/**
 * Starts a thread that runs the file `entry` with `data` as its workerData, behind everything else where threads have
 * priorities. It gets nothing of the environment, where secrets may stand, but the folder in which Node keeps compiled code.
 * With it a thread starts several times sooner and compiles no WebAssembly, with which Node would strip its types: ending a
 * thread that had has brought a whole Node down.
 */
export function startThread(entry: URL, data: unknown, resourceLimits: ResourceLimits): Worker {
  const inUse = getCompileCacheDir();
  // What is in use is this version's own folder within the one that Node was told of.
  const env = inUse === undefined ? {} : { NODE_COMPILE_CACHE: dirname(inUse) };
  return new Worker(BACKGROUND_THREAD, { argv: [entry.href], workerData: data, resourceLimits, env });
}
