import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerUnderTest } from './server-under-test.ts';

/** Memory of a process in MB (resident set): from /proc where there is one, else from ps. */
function residentMegabytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
  } catch {
    try {
      return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)]).toString()) / 1_024;
    } catch {
      return 0;
    }
  }
}

/** Samples the server's memory ten times a second until `stop`, which gives the peak in MB; `first` is what it began with. */
export function watchMemory(pid: number): { first: number; stop(): number } {
  const first = residentMegabytes(pid);
  let peak = first;
  const look = () => {
    peak = Math.max(peak, residentMegabytes(pid));
  };
  const timer = setInterval(look, 100);
  return {
    first,
    stop: () => {
      clearInterval(timer);
      look();
      return peak;
    },
  };
}

const CALLS_A_SECOND = 50;

/**
 * Small authenticated calls at 50 a second, sent on time whether or not earlier ones have answered, so that a stall shows
 * in every call that fell into it. `stop` gives each call's latency in ms.
 */
export function callSteadily(server: ServerUnderTest): { stop(): Promise<number[]> } {
  const samples: number[] = [];
  const open = new Set<Promise<void>>();
  let stopped = false;
  const one = async () => {
    const startedAt = performance.now();
    await server.client.groups.list({ workspace_id: server.workspaceId });
    samples.push(performance.now() - startedAt);
  };
  const running = (async () => {
    const startedAt = performance.now();
    for (let sent = 0; !stopped; sent += 1) {
      const call = one().catch(() => void samples.push(Number.POSITIVE_INFINITY));
      open.add(call);
      call.finally(() => open.delete(call));
      await sleep(Math.max(0, startedAt + ((sent + 1) * 1_000) / CALLS_A_SECOND - performance.now()));
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await running;
      await Promise.all(open);
      return samples;
    },
  };
}
