import { setTimeout as sleep } from 'node:timers/promises';
import { ModelAway } from './language-model.ts';

const WINDOW_MS = 60_000;
/** No provider is believed that wants to be left alone for longer. */
export const LONGEST_PAUSE_MS = 15 * 60_000;

/** What a provider allows: null where it sets no limit. */
export type Pace = { concurrency: number; requestsPerMinute: number | null; tokensPerMinute: number | null };

export type Turn = {
  /** Replaces the tokens that were expected by those that were counted. */
  counted(tokens: number): void;
  /** Gives the place to the next one. */
  end(): void;
};

export type Pacer = {
  /**
   * Waits, first come first served, until one more question with about so many tokens is allowed. Throws ModelAway when
   * the provider asked for a longer pause than is worth waiting for here, and the signal's reason when it is aborted.
   */
  turn(tokens: number, signal: AbortSignal): Promise<Turn>;
  /** Nobody gets a turn for so long: the provider said that it has too much to do. */
  pause(ms: number): void;
};

type Entry = { at: number; tokens: number };

/**
 * Keeps one model's questions within its limits, for this process. A sliding window of a minute: what was asked in any
 * sixty seconds stays below both limits, where a bucket that fills up lets twice as much through at its edge.
 */
export function createPacer(pace: Pace, longestWaitMs = WINDOW_MS): Pacer {
  let entries: Entry[] = [];
  let running = 0;
  let pausedUntil = 0;
  let freed: (() => void) | null = null;
  let last: Promise<unknown> = Promise.resolve();

  /** How long until so many more tokens fit; 0 when they do. One question alone is let through however long it is. */
  function waitMs(tokens: number, now: number): number {
    if (pausedUntil > now) return pausedUntil - now;
    entries = entries.filter((entry) => entry.at > now - WINDOW_MS);
    let sum = entries.reduce((total, entry) => total + entry.tokens, 0);
    let count = entries.length;
    let leaves: Entry | null = null;
    for (const entry of [...entries, null]) {
      const fits =
        count < (pace.requestsPerMinute ?? Number.POSITIVE_INFINITY) &&
        sum + tokens <= (pace.tokensPerMinute ?? Number.POSITIVE_INFINITY);
      if (fits || entry === null) break;
      leaves = entry;
      count -= 1;
      sum -= entry.tokens;
    }
    return leaves === null ? 0 : leaves.at + WINDOW_MS - now;
  }

  async function admit(tokens: number, signal: AbortSignal): Promise<Turn> {
    for (;;) {
      signal.throwIfAborted();
      if (running >= pace.concurrency) {
        await waitForPlace(signal);
        continue;
      }
      const now = performance.now();
      if (pausedUntil - now > longestWaitMs)
        throw new ModelAway('The model asked for a long pause.', {
          isDeclined: true,
          retryAfterMs: pausedUntil - now,
        });
      const wait = waitMs(tokens, now);
      if (wait <= 0) break;
      await sleep(wait, undefined, { signal });
    }
    const entry: Entry = { at: performance.now(), tokens };
    entries.push(entry);
    running += 1;
    let ended = false;
    return {
      counted: (counted) => {
        entry.tokens = counted;
      },
      end: () => {
        if (ended) return;
        ended = true;
        running -= 1;
        freed?.();
      },
    };
  }

  function waitForPlace(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      freed = () => {
        freed = null;
        signal.removeEventListener('abort', stop);
        resolve();
      };
    });
  }

  return {
    turn: (tokens, signal) => {
      const mine = last.then(() => admit(tokens, signal));
      last = mine.catch(() => undefined);
      return mine;
    },
    pause: (ms) => {
      pausedUntil = Math.max(pausedUntil, performance.now() + Math.min(ms, LONGEST_PAUSE_MS));
    },
  };
}
