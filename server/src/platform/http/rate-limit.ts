/** What callers are told in the RateLimit headers. `waitSeconds` is 0 when the call may go on. */
export type Allowance = { limit: number; remaining: number; resetSeconds: number; waitSeconds: number };

export type RateLimit = {
  /** What one more call of this caller would be told, without counting it. */
  peek(caller: string): Allowance;
  /** Counts one call of this caller, unless none is left. */
  take(caller: string): Allowance;
};

const MINUTE_MS = 60_000;
/** Callers held at most; those that have their whole allowance again are forgotten first. */
const CALLERS_AT_MOST = 100_000;

/** Up to the next second; a sum of fractions does not make one more. */
const wholeSeconds = (ms: number) => Math.ceil(ms / 1_000 - 1e-6);

/**
 * So many calls a minute, by the generic cell rate algorithm (ITU-T I.371, virtual scheduling): one moment is kept for a
 * caller, at which its allowance is whole again. Unlike a window that begins anew every minute it never lets twice the
 * limit through at the edge of two. A caller may use the whole minute's allowance at once.
 *
 * Held by each process for itself: behind several servers a caller has the allowance of each of them. `nowMs` is a clock
 * that never goes back.
 */
export function createRateLimit(perMinute: number, nowMs: () => number = () => performance.now()): RateLimit {
  const intervalMs = MINUTE_MS / perMinute;
  const wholeAt = new Map<string, number>();
  let sweptAt = nowMs();

  function forgetWhole(now: number): void {
    for (const [caller, at] of wholeAt) if (at <= now) wholeAt.delete(caller);
    // More callers than that within a minute: the longest known ones begin anew.
    for (const caller of wholeAt.keys()) {
      if (wholeAt.size < CALLERS_AT_MOST) break;
      wholeAt.delete(caller);
    }
    sweptAt = now;
  }

  /** What the next call is told, and when the caller's allowance is whole again after it. */
  function next(caller: string, now: number): { allowance: Allowance; after: number } {
    const whole = Math.max(wholeAt.get(caller) ?? 0, now);
    const after = whole + intervalMs;
    const waitMs = after - now - MINUTE_MS;
    // A thousandth of a call: sums of fractions must not refuse the last one.
    if (waitMs > intervalMs / 1_000) {
      const waitSeconds = Math.max(1, wholeSeconds(waitMs));
      return {
        allowance: { limit: perMinute, remaining: 0, resetSeconds: wholeSeconds(whole - now), waitSeconds },
        after,
      };
    }
    const remaining = Math.max(0, Math.floor((MINUTE_MS - (after - now)) / intervalMs + 1e-6));
    const resetSeconds = wholeSeconds(after - now);
    return { allowance: { limit: perMinute, remaining, resetSeconds, waitSeconds: 0 }, after };
  }

  return {
    peek: (caller) => next(caller, nowMs()).allowance,
    take: (caller) => {
      const now = nowMs();
      if (wholeAt.size >= CALLERS_AT_MOST || now - sweptAt > MINUTE_MS) forgetWhole(now);
      const { allowance, after } = next(caller, now);
      if (allowance.waitSeconds === 0) wholeAt.set(caller, after);
      return allowance;
    },
  };
}
