import { Presets, SingleBar } from 'cli-progress';

/** One line on long work: a moving bar on a terminal, a line every few seconds elsewhere. */
export type Progress = {
  set(done: number, total: number): void;
  stop(): void;
};

const QUIET_INTERVAL_MS = 5_000;

export function startProgress(label: string): Progress {
  const bar = new SingleBar(
    {
      format: `${label.padEnd(10)} {bar} {percentage} %  {duration_formatted}`,
      barsize: 30,
      hideCursor: null,
      clearOnComplete: false,
      gracefulExit: false,
      noTTYOutput: true,
      notTTYSchedule: QUIET_INTERVAL_MS,
      stream: process.stderr,
    },
    Presets.shades_classic,
  );
  let isStarted = false;
  return {
    set: (done, total) => {
      if (total <= 0) return;
      if (!isStarted) bar.start(total, 0);
      isStarted = true;
      bar.setTotal(total);
      bar.update(Math.min(done, total));
    },
    stop: () => {
      if (isStarted) bar.stop();
    },
  };
}

/** Runs long work under a bar that goes away with it, however it ends. */
export async function withProgress<T>(
  label: string,
  work: (set: (progress: { done: number; total: number }) => void) => Promise<T>,
): Promise<T> {
  const progress = startProgress(label);
  try {
    return await work(({ done, total }) => progress.set(done, total));
  } finally {
    progress.stop();
  }
}
