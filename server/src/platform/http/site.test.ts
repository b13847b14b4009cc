import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import Fastify, { type FastifyInstance } from 'fastify';
import { registerSite } from './site.ts';

let folder: string;
let app: FastifyInstance;
const asPage = { accept: 'text/html,application/xhtml+xml' };

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nudgescribe-site-'));
  app = Fastify();
  app.setNotFoundHandler((_request, reply) => reply.status(404).send('none'));
  app.get('/v1/known', () => 'api');
  registerSite(app, { folder, reservedPaths: ['/v1', '/docs'] });
});
after(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

/** What a browser is told with the page and with every file of it. Inline scripts and styles would need another policy. */
const SITE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers });

test('the page and each of its files has exactly this policy: nothing inline, nothing from or to elsewhere', async () => {
  const built = await mkdtemp(join(tmpdir(), 'nudgescribe-site-'));
  const site = Fastify();
  registerSite(site, { folder: built, reservedPaths: ['/v1'] });
  const told = async (url: string, status: number) => {
    const answer = await site.inject({ method: 'GET', url, headers: asPage });
    assert.equal(answer.statusCode, status, url);
    for (const [name, value] of Object.entries(SITE_HEADERS))
      assert.equal(answer.headers[name], value, `${url} ${name}`);
  };
  await told('/', 503);
  await mkdir(join(built, 'assets'));
  await writeFile(join(built, 'index.html'), 'the page');
  for (const name of ['a-1.js', 'a-1.css', 'a-1.svg', 'a-1.woff2']) await writeFile(join(built, 'assets', name), 'x');
  for (const url of ['/', '/w/1/groups', '/assets/a-1.js', '/assets/a-1.css', '/assets/a-1.svg', '/assets/a-1.woff2'])
    await told(url, 200);
  await site.close();
  await rm(built, { recursive: true, force: true });
});

test('before it is built, the page says so and comes back', async () => {
  const answer = await get('/', asPage);
  assert.equal(answer.statusCode, 503);
  assert.match(answer.body, /being built/);
});

test('every page of the application is index.html; the API and what asks for no page are left alone', async () => {
  await writeFile(join(folder, 'index.html'), 'the page');
  for (const url of ['/', '/w/1/groups', '/w/1/groups?page=2', '/v1x']) {
    const answer = await get(url, asPage);
    assert.deepEqual([answer.statusCode, answer.body], [200, 'the page'], url);
    assert.equal(answer.headers['cache-control'], 'no-cache');
  }
  for (const url of ['/v1', '/v1/unknown', '/docs/x']) assert.equal((await get(url, asPage)).statusCode, 404, url);
  assert.equal((await get('/w/1')).statusCode, 404);
  assert.equal((await get('/v1/known', asPage)).body, 'api');
});

test('files come in the best packing, stay with the browser, and nothing outside their folder is reached', async () => {
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'assets', 'a-1.js'), 'plain');
  await writeFile(join(folder, 'assets', 'a-1.js.br'), 'brotli');
  await writeFile(join(folder, 'assets', 'a-1.js.gz'), 'gzip');
  const packings = [
    ['gzip, deflate, br', 'br', 'brotli'],
    ['gzip', 'gzip', 'gzip'],
    ['', undefined, 'plain'],
  ] as const;
  for (const [accepted, encoding, body] of packings) {
    const answer = await get('/assets/a-1.js', { 'accept-encoding': accepted });
    assert.deepEqual([answer.statusCode, answer.headers['content-encoding'], answer.body], [200, encoding, body]);
    assert.match(String(answer.headers['cache-control']), /immutable/);
  }
  for (const url of [
    '/assets/..%2findex.html',
    '/assets/%2e%2e/index.html',
    '/assets/a-1.js.br',
    '/assets/b.js',
    '/assets/',
  ])
    assert.equal((await get(url)).statusCode, 404, url);
});
