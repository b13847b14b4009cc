import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Visitor } from './browser.ts';

const FOLDER = fileURLToPath(new URL('../../../docs/screenshots/', import.meta.url));

/** Keeps a picture of the screen for the README, in a run that was asked for pictures (npm run screenshots). */
export async function shoot({ page }: Visitor, name: string): Promise<void> {
  if (process.env.NUDGESCRIBE_TEST_SCREENSHOTS === undefined) return;
  await page.evaluate('document.fonts.ready');
  await page.locator('.toasts .notice').first().waitFor({ state: 'detached' });
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled' });
}
