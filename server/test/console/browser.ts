import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { type Tenant, type TestServer, until } from '../harness.ts';
import { chromiumPath } from './chromium-path.ts';

/** Without the network's background chatter: tests speak to their own server only. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const STEP_TIMEOUT_MS = 20_000;

let browser: Promise<Browser> | null = null;

function theBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === null) throw new Error('There is no Chromium: run the tests through npm run test:e2e.');
  browser ??= chromium.launch({ executablePath, headless: true, args: FLAGS });
  return browser;
}

after(async () => {
  await (await browser)?.close();
});

/** One person at the console, with everything their browser complained about. */
export type Visitor = {
  page: Page;
  context: BrowserContext;
  /** Script errors, refused resources and breaches of the page's policy. */
  complaints: string[];
  close(): Promise<void>;
};

export type VisitOptions = { width?: number; height?: number; dark?: boolean };

/** Opens the console in a browser profile of its own. */
export async function visit(server: TestServer, path = '/', options: VisitOptions = {}): Promise<Visitor> {
  const { width = 1280, height = 860, dark = false } = options;
  const context = await (await theBrowser()).newContext({
    baseURL: server.url,
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    acceptDownloads: true,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(STEP_TIMEOUT_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`));
  page.on('console', (message) => {
    // Refused calls are the server's answers, which the page tells of in words.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(`console: ${message.text()}`);
  });
  await page.goto(path);
  return { page, context, complaints, close: () => context.close() };
}

export async function signIn({ page }: Visitor, who: Pick<Tenant, 'email' | 'password'>): Promise<void> {
  await page.getByLabel('Email').fill(who.email);
  await page.getByLabel('Password').fill(who.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
}

/** Signed in, at that path. */
export async function visitAs(
  server: TestServer,
  who: Pick<Tenant, 'email' | 'password'>,
  path = '/',
  options: VisitOptions = {},
): Promise<Visitor> {
  const visitor = await visit(server, path, options);
  await signIn(visitor, who);
  return visitor;
}

export function expectNoComplaints(visitor: Visitor): void {
  assert.deepEqual(visitor.complaints, [], 'The browser complained.');
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const AXE_RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

type AxeResult = { violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[] };

/** Waits until no part of the page says that it is loading; several may at once. */
export async function loaded(page: Page): Promise<void> {
  await until(async () => (await page.locator('.state[role=status]').count()) === 0, STEP_TIMEOUT_MS);
}

/** Checks what is on the screen now against WCAG 2.2 AA, by axe-core. */
export async function expectAccessible({ page }: Visitor, screen: string): Promise<void> {
  await page.locator('h1').first().waitFor();
  await loaded(page);
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(AXE_RULES)}, resultTypes: ['violations'] })`,
  )) as AxeResult;
  const told = violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes.map((node) => `    ${node.html.slice(0, 160)}\n    ${node.failureSummary}`).join('\n')}`,
  );
  assert.equal(told.length, 0, `${screen}:\n${told.join('\n')}`);
}
