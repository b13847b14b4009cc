import { existsSync } from 'node:fs';

const CHROMIUM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser of this machine; null when there is none. NUDGESCRIBE_TEST_CHROMIUM names another one. */
export function chromiumPath(): string | null {
  const given = process.env.NUDGESCRIBE_TEST_CHROMIUM;
  return (given === undefined ? CHROMIUM_PATHS : [given]).find((path) => existsSync(path)) ?? null;
}
