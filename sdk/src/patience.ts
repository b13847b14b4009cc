import { NudgescribeError } from './errors.ts';

/** Ends a call by its clock or its caller's signal, and can tell afterwards which of the two it was. */
export function createWatch(signal: AbortSignal | undefined, timeoutMs: number | null) {
  const controller = new AbortController();
  let timedOut = false;
  const abort = () => controller.abort(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  const clock =
    timeoutMs === null
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          controller.abort();
        }, timeoutMs);
  return {
    signal: controller.signal,
    stopClock: () => clearTimeout(clock),
    release: () => signal?.removeEventListener('abort', abort),
    explain: (cause: unknown, what: string): NudgescribeError => {
      if (timedOut)
        return new NudgescribeError(`${what} took longer than ${timeoutMs} ms.`, { status: 0, code: 'timeout', cause });
      if (signal?.aborted) return new NudgescribeError(`${what} was aborted.`, { status: 0, code: 'aborted', cause });
      return new NudgescribeError(`${what} did not reach the server, or the connection broke.`, {
        status: 0,
        code: 'network_error',
        cause,
      });
    },
  };
}

/** Waits, or throws the code `aborted` as soon as the signal says so. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(clock);
      reject(new NudgescribeError('Waiting was aborted.', { status: 0, code: 'aborted', cause: signal?.reason }));
    };
    const clock = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
