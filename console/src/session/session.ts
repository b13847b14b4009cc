import { NudgescribeError, type Session as Standing } from '@nudgescribe/sdk';
import { client } from '../api/client.ts';

/** Who is signed in and what they may do, as the server tells it. */
export type Session = Omit<Standing, 'csrf_token'>;

function adopt({ csrf_token: _kept, ...session }: Standing): Session {
  return session;
}

export async function signIn(login: { email: string; password: string; otp?: string }): Promise<Session> {
  return adopt(await client.sessions.begin(login));
}

/** The session of this browser; null when nobody is signed in. */
export async function currentSession(): Promise<Session | null> {
  try {
    return adopt(await client.sessions.get());
  } catch (error) {
    if (error instanceof NudgescribeError && error.status === 403) return null;
    throw error;
  }
}

/** A page that is being left does not wait long for a server that is away. */
const SIGN_OUT_MS = 5_000;

export async function signOut(): Promise<void> {
  await client.sessions.end({}, { timeoutMs: SIGN_OUT_MS });
}

/** A page that only looks by itself is not work: after half an hour without a key or the pointer it signs out. */
const IDLE_MS = 30 * 60_000;
const LOOK_MS = 30_000;

/** Calls `idle` once nobody has worked here for so long. Gives what ends the watch. */
export function watchIdleness(idle: () => void): () => void {
  let workedAt = Date.now();
  const work = () => {
    workedAt = Date.now();
  };
  const events = ['pointerdown', 'keydown', 'wheel'] as const;
  for (const event of events) window.addEventListener(event, work, { passive: true });
  const timer = setInterval(() => {
    if (Date.now() - workedAt >= IDLE_MS) idle();
  }, LOOK_MS);
  return () => {
    clearInterval(timer);
    for (const event of events) window.removeEventListener(event, work);
  };
}
