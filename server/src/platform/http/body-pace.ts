import type { IncomingMessage } from 'node:http';
import { platformFailures } from '../errors/platform-failures.ts';

/** What is asked of a body once it has been waited for `graceMs` in all: so many bytes for each second more. */
export type BodyPace = { graceMs: number; bytesPerSecond: number };

/** Slower than any line over which files are sent; as much as Apache httpd (mod_reqtimeout) asks for by default. */
export const BODY_PACE: BodyPace = { graceMs: 60_000, bytesPerSecond: 500 };

const LOOK_MS = 1_000;

/**
 * Watches a body on its way, so that nobody holds a place of their account by a byte now and then. Only the time counts in
 * which the server waits for the sender, not that in which the sender waits for the server. `tooSlow` rejects with
 * body_too_slow (400), or never; `end` ends the watch.
 */
export function keepPace(body: IncomingMessage, pace: BodyPace): { tooSlow: Promise<never>; end(): void } {
  const { promise: tooSlow, reject } = Promise.withResolvers<never>();
  const before = body.socket.bytesRead;
  const lookMs = Math.min(LOOK_MS, pace.graceMs);
  let waitedMs = 0;
  const timer = setInterval(() => {
    if (body.complete || body.destroyed) return clearInterval(timer);
    if (body.readableLength > 0) return;
    waitedMs += lookMs;
    const came = body.socket.bytesRead - before;
    if (waitedMs <= pace.graceMs + (came / pace.bytesPerSecond) * 1_000) return;
    clearInterval(timer);
    reject(platformFailures.body_too_slow());
  }, lookMs).unref();
  return { tooSlow, end: () => clearInterval(timer) };
}
