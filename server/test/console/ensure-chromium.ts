import { spawnSync } from 'node:child_process';
import { chromiumPath } from './chromium-path.ts';

/** Sees to it that there is a browser: as root from the distribution's packages, otherwise by saying what to install. */
export function ensureChromium(): void {
  if (chromiumPath() !== null) return;
  if (process.getuid?.() === 0) {
    process.stdout.write('Installing Chromium from the packages of this system …\n');
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const run = (args: string[]) =>
      spawnSync('apt-get', args, { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
    run(['update', '-qq']);
    run(['install', '-y', '-qq', '--no-install-recommends', 'chromium']);
  }
  if (chromiumPath() !== null) return;
  process.stderr.write(
    'The tests of the console need Chromium: install it ("apt-get install chromium"), or set NUDGESCRIBE_TEST_CHROMIUM to the path of one.\n',
  );
  process.exit(1);
}
