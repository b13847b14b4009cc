import type { IncomingMessage } from 'node:http';
import { platformFailures } from '../errors/platform-failures.ts';

/** How long the server waits for a body: `graceMs` at most, and what comes gives that time back, so many bytes a second. */
export type BodyPace = { graceMs: number; bytesPerSecond: number };

/** Slower than any line over which files are sent; as much as Apache httpd (mod_reqtimeout) asks for by default. */
export const BODY_PACE: BodyPace = { graceMs: 60_000, bytesPerSecond: 500 };

const LOOK_MS = 1_000;

/**
 * Watches a body on its way, so that nobody holds a place of their account by a byte now and then, however much they sent
 * at first. Only the time counts in which the server waits for the sender, not that in which the sender waits for the server. `tooSlow` rejects with
 * body_too_slow (400), or never; `end` ends the watch.
 */
export function keepPace(body: IncomingMessage, pace: BodyPace): { tooSlow: Promise<never>; end(): void } {
  const { promise: tooSlow, reject } = Promise.withResolvers<never>();
  const lookMs = Math.min(LOOK_MS, pace.graceMs);
  let read = body.socket.bytesRead;
  let leftMs = pace.graceMs;
  const timer = setInterval(() => {
    if (body.complete || body.destroyed) return clearInterval(timer);
    const came = body.socket.bytesRead - read;
    read += came;
    leftMs = Math.min(pace.graceMs, leftMs + (came / pace.bytesPerSecond) * 1_000);
    if (body.readableLength > 0) return;
    leftMs -= lookMs;
    if (leftMs >= 0) return;
    clearInterval(timer);
    reject(platformFailures.body_too_slow());
  }, lookMs).unref();
  return { tooSlow, end: () => clearInterval(timer) };
}
