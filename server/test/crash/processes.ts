import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** A server or worker that kills itself where it is told to. */
export const DYING = fileURLToPath(new URL('./dying-process.ts', import.meta.url));
const READY_MS = 60_000;

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No loopback port is free.');
  return address.port;
}

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

/**
 * A further server on the settings of one that runs, in a process of its own, so that nothing in memory is common to both.
 * It works off no jobs, and kills itself at the point if one is given.
 */
export async function startServerBeside(
  settings: Record<string, string>,
  point = 'never',
): Promise<Running & { url: string }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = startProcess(['server', point], { ...settings, NUDGESCRIBE_PORT: String(port) }, DYING);
  await whenReady(url, server).catch(async (error: unknown) => {
    await server.end('SIGKILL');
    throw error;
  });
  return { ...server, url };
}
