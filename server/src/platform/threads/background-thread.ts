import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';

// Where every thread begins: it steps back before it loads and compiles what it is for, which takes as much of a processor as
// the first thousands of rows. Named as the one argument, because what a module names itself is loaded before it runs.

/** Calls come first: where threads have priorities of their own, this one takes what the others leave. */
function stepBack(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not everybody may set priorities; the thread then runs as everything else.
  }
}

stepBack();
await import(process.argv[2] ?? '');
