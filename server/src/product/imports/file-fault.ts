import { importFailures } from './errors.ts';
import type { RowError } from './row-error.ts';

/** A file that cannot be used, or not read on: what is wrong with it, as errors of row 0. */
export class FileFault extends Error {
  override readonly name = 'FileFault';
  readonly faults: RowError[];
  constructor(faults: RowError[]) {
    super('The file cannot be used.');
    this.faults = faults;
  }
}

/** A file's fault as the 400 a caller sees; every other error as it is. */
export function refusal(error: unknown): unknown {
  if (!(error instanceof FileFault)) return error;
  const first = error.faults[0];
  return importFailures.file_unusable({ details: error.faults, ...(first === undefined ? {} : { message: first.message }) });
}
