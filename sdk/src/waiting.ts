import type { CallOptions, CallSpec, Send } from './call.ts';
import { pause } from './patience.ts';

export type WaitOptions = CallOptions & {
  /** Told at every look, the last one included. */
  onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
  /** The first pause; later ones grow to 5 s. Default 250. */
  firstPauseMs?: number | undefined;
};

/** The keys of a job or an import that waiting needs. */
type Underway = { status: string; progress: { done: number; total: number } };

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5_000;
const GROWTH = 1.5;

/**
 * Looks until the work has ended in whatever way, and gives its last state: completed, failed, cancelled or rejected.
 * Pauses grow while nothing moves and fall back when something does, so that short work is seen soon and long work is
 * not asked about all the time.
 */
export async function waitFor<State extends Underway>(
  send: Send,
  spec: CallSpec,
  body: Record<string, unknown>,
  options: WaitOptions,
): Promise<State> {
  const { onProgress, firstPauseMs = FIRST_PAUSE_MS, ...call } = options;
  let pauseMs = firstPauseMs;
  let done = -1;
  for (;;) {
    const state = await send<State>(spec, { body }, call);
    onProgress?.(state.progress);
    if (state.status !== 'queued' && state.status !== 'running') return state;
    pauseMs =
      state.progress.done === done
        ? Math.min(pauseMs * GROWTH, MAX_PAUSE_MS)
        : Math.max(firstPauseMs, pauseMs / GROWTH);
    done = state.progress.done;
    await pause(pauseMs, call.signal);
  }
}
