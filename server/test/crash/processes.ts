import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const READY_MS = 60_000;

/** A server or worker in a process of its own, as a user runs it. */
export type Running = {
  child: ChildProcess;
  /** What it wrote, for failure messages. */
  output(): string;
  /** Resolves with the exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  hasEnded(): boolean;
  /** Sends the signal and waits until the process has gone. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | NodeJS.Signals>;
};

/** Starts a script of ours with these settings and no others of ours. */
export function startProcess(args: readonly string[], settings: Record<string, string>, script = MAIN): Running {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('NUDGESCRIBE_'));
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...Object.fromEntries(kept), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4_000);
    });
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  return {
    child,
    output: () => output,
    ended,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Waits until the server answers calls. Throws what it wrote when it ends instead. */
export async function whenReady(url: string, server: Running): Promise<void> {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const ready = await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    if (server.hasEnded() || performance.now() > deadline)
      throw new Error(`The server did not get ready:\n${server.output()}`);
    await sleep(20);
  }
}
