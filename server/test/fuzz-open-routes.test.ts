import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import Fastify from 'fastify';
import { registerSite } from '../src/platform/http/site.ts';
import { isLongForm } from './form.ts';
import { randomFrom } from './fuzz-inputs.ts';
import { type OddAnswer, type OddRequest, oddRequests, sendOdd } from './fuzz-requests.ts';
import { send } from './harness.ts';
import { quietServer } from './quiet-server.ts';
import { makeDraft, makeTenantObjects, publish, write } from './tenant-objects.ts';

// The routes outside of the table of calls, which need no credentials: probes, the API's description and its page, the
// console, and links to files. What they give must be what they are for, whatever they are asked.

const SEED = 20_261_201;
const INPUTS = isLongForm ? 60_000 : 3_000;
const AT_ONCE = 8;
const PAGES = ['/', '/w/1/groups', '/assets/a-1.js', '/assets/', '/assets'];
const PROBES = ['/healthz', '/readyz', '/openapi.json', '/docs', '/docs/', '/docs/js/scalar.js', '/docs/js'];
const SOUGHT = [
  ...['package.json', 'package-lock.json', '.git/config', 'etc/passwd', 'proc/self/environ', 'index.html'],
  ...['server/package.json', 'server/migrations/0004_customers.sql', 'server/src/app.ts', 'console/build.ts'],
];
const LINK = '/v1/messages/file';

/** Sends so many, a few at once, and has each answer looked at. Gives the counts by status. */
async function sendMany(
  url: string,
  count: number,
  next: () => OddRequest,
  look: (request: OddRequest, answer: OddAnswer) => void,
): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  let left = count;
  const sender = async () => {
    while (left > 0) {
      left -= 1;
      const request = next();
      const answer = await sendOdd(url, request);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      look(request, answer);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  return statuses;
}

const told = (request: OddRequest, { status, body }: OddAnswer) =>
  `${JSON.stringify(request).slice(0, 2_000)}: ${status} ${body.slice(0, 500)}`;

/** An answer's body but for the nonce, which no two have in common. */
function withoutNonce({ head, body }: OddAnswer): string {
  const nonce = /'nonce-([^']+)'/.exec(head)?.[1];
  return nonce === undefined ? body : body.replaceAll(nonce, '');
}

test('the open routes give what they are for and nothing else, whatever they are asked', async (t) => {
  const { server, newErrors } = await quietServer();
  const { a, url } = server;
  const ids = await makeTenantObjects(a, a.workspaceId, 'Open');
  const campaign_id = await makeDraft(a, ids, 'Published');
  await write(a, a.workspaceId, campaign_id);
  await publish(a, a.workspaceId, campaign_id);
  const place = { workspace_id: a.workspaceId, campaign_id, page: 1 };
  const link: string = (await a.call('POST', '/v1/messages/fetch', { ...place, format: 'url' })).body.url;
  const query = link.slice(link.indexOf('?') + 1);

  const get = (target: string) => sendOdd(url, { method: 'GET', target, headers: ['Accept: text/html'], body: '' });
  const [file, ...others] = await Promise.all([`${LINK}?${query}`, ...PROBES, ...PAGES].map(get));
  assert.ok(file?.status === 200 && file.body !== '');
  // Each ends the connection when it is asked to.
  assert.ok(others.every(({ status }) => status > 0));
  // Where the console is not built its page says so with 503.
  const known = new Set(others.filter(({ status }) => status === 200 || status === 503).map(withoutNonce));
  const look = (request: OddRequest, answer: OddAnswer) => {
    const isPage = answer.status === 200 || answer.status === 503;
    assert.ok(answer.status < 500 || isPage, told(request, answer));
    assert.ok(
      !/node_modules|file:\/\/|server\/src| {4}at /.test(answer.status === 200 ? '' : answer.body),
      told(request, answer),
    );
    if (answer.body === file.body) assert.ok(request.target.includes(query), told(request, answer));
    else if (isPage) assert.ok(known.has(withoutNonce(answer)), told(request, answer));
  };
  const next = oddRequests({ places: [...PROBES, ...PAGES, LINK, LINK], sought: SOUGHT, query }, randomFrom(SEED));
  const statuses = await sendMany(url, INPUTS, next, look);
  assert.equal((await send(url, 'GET', '/healthz', undefined, { token: null })).status, 200);
  assert.deepEqual(await newErrors(), []);
  for (const status of [200, 400, 403, 404])
    assert.ok((statuses.get(status) ?? 0) > INPUTS / 100, JSON.stringify([...statuses]));
  t.diagnostic(`${INPUTS} requests: ${[...statuses].flat().join(' ')}`);
  await server.stop();
});

test('of the folders on the disk only the built pages and their files come back', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'nudgescribe-open-'));
  const folder = join(root, 'console', 'dist');
  await mkdir(join(folder, 'assets', 'inner'), { recursive: true });
  const served = { 'index.html': 'the page', 'assets/a-1.js': 'a script', 'assets/a-1.js.br': 'packed' };
  for (const [name, content] of Object.entries(served)) await writeFile(join(folder, name), content);
  const beside = ['secret.js', 'console/secret.js', 'console/dist/secret.js'];
  for (const name of [...beside, 'console/dist/assets/inner/secret.js']) await writeFile(join(root, name), 'a secret');
  const app = Fastify({ exposeHeadRoutes: false });
  t.after(() => app.close());
  registerSite(app, { folder, reservedPaths: ['/v1'] });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const given = new Set<string>();
  const look = (request: OddRequest, answer: OddAnswer) => {
    assert.ok(answer.status < 500, told(request, answer));
    assert.ok(!answer.body.includes('a secret'), told(request, answer));
    if (answer.status === 200) given.add(answer.body);
  };
  const statuses = await sendMany(
    url,
    INPUTS,
    oddRequests({ places: PAGES, sought: ['secret.js', 'inner/secret.js'], query: 'a=b' }, randomFrom(SEED)),
    look,
  );
  assert.deepEqual([...given].sort(), Object.values(served).sort());
  t.diagnostic(`${INPUTS} requests: ${[...statuses].flat().join(' ')}`);
  await rm(root, { recursive: true, force: true });
});
