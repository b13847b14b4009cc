import type { Progress } from '../product/backups/back-up.ts';

const EVERY_MS = 5_000;

const text = ({ accounts, rows, objects, bytes }: Progress) =>
  `${accounts} accounts, ${rows} rows, ${objects} files, ${(bytes / 1_000_000).toFixed(1)} MB`;

/** Does long work, and tells every five seconds and at its end how far it has come. */
export async function whileTelling<T>(
  progress: Progress,
  print: (text: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const timer = setInterval(() => print(`… ${text(progress)}`), EVERY_MS);
  try {
    const result = await work();
    print(text(progress));
    return result;
  } finally {
    clearInterval(timer);
  }
}
