import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BUILDER = fileURLToPath(new URL('../../console/build.ts', import.meta.url));

/**
 * Has the console built in a process of its own where it is not the one of this version, while the server starts: until
 * then its page says so. Without the builder (an installation that ships a built console) nothing happens. `failed` is
 * told why when it could not be built; the server goes on without its console.
 */
export function buildConsole(failed: (reason: string) => void): void {
  if (!existsSync(BUILDER)) return;
  const builder = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', BUILDER], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  builder.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000);
  });
  builder.once('error', (error) => failed(error.message));
  builder.once('close', (code) => {
    if (code !== 0 && code !== null) failed(said.trim());
  });
  process.once('exit', () => builder.kill());
}
