import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { registerOpenRoutes } from '../src/platform/http/open-routes.ts';
import { describeApi } from '../src/platform/http/openapi.ts';
import type { PipelineParts } from '../src/platform/http/pipeline.ts';
import { createHttpServer } from '../src/platform/http/server.ts';
import { createLog } from '../src/platform/log/log.ts';
import { apiAbout } from '../src/product/api-about.ts';
import { endpoints } from '../src/product/endpoints.ts';
import type { Services } from '../src/product/services.ts';
import { lintOpenApi } from './lint-openapi.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The only routes outside the table; the API page brings its redirect and its script. */
const OPEN_ROUTES = [
  'GET /docs',
  'GET /docs/',
  'GET /docs/js/scalar.js',
  'GET /healthz',
  'GET /openapi.json',
  'GET /readyz',
];

const document = describeApi(endpoints, { ...apiAbout, serverUrl: 'http://127.0.0.1:8787' });
let app: FastifyInstance;
let isReady = true;

before(async () => {
  // Only the open routes are called here, so nothing of what the table's calls need is there.
  const parts = { addressOf: () => '', checkReplies: true } as unknown as PipelineParts<Services>;
  app = createHttpServer({
    ...parts,
    endpoints,
    log: createLog('silent'),
    trustedProxies: [],
    surface: { allowedOrigins: [], isHttps: true },
    serverFactory: (handler) => createServer(handler),
  });
  await registerOpenRoutes(app, { document: () => document, ready: async () => isReady });
  await app.ready();
});
after(() => app.close());

/** "METHOD path" of every route the server has. */
function routesOf(server: FastifyInstance): string[] {
  const lines = server.printRoutes({ commonPrefix: false }).split('\n');
  const parents: string[] = [];
  return lines.flatMap((line) => {
    const match = /^([│ ]*)(?:├|└)── (\S*?)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (match === null) return [];
    const depth = (match[1] ?? '').length / 4;
    const path = (depth === 0 ? '' : (parents[depth - 1] ?? '')) + (match[2] ?? '');
    parents[depth] = path;
    return (match[3]?.split(', ') ?? []).map((method) => `${method} ${path}`);
  });
}

describe('the API description', () => {
  test('passes the strictest lint without a problem', async () => {
    assert.equal(await lintOpenApi(JSON.stringify(document)), '');
  });

  test('lists every route, and every listed call has a route', () => {
    const listed = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    assert.deepEqual(routesOf(app).sort(), [...listed, ...OPEN_ROUTES].sort());
  });

  test('names each operation once, and describes each capability', () => {
    const names = endpoints.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const { name } of document.tags)
      assert.ok(apiAbout.tags[name] !== undefined, `Say in product/api-about.ts what "${name}" is.`);
  });

  test('is served as it was written', async () => {
    const answer = await app.inject('/openapi.json');
    // This server says that callers reach it through HTTPS.
    assert.equal(answer.headers['strict-transport-security'], 'max-age=31536000; includeSubDomains');
    assert.equal(answer.statusCode, 200);
    assert.match(String(answer.headers['content-type']), /^application\/json/);
    assert.deepEqual(answer.json(), JSON.parse(JSON.stringify(document)));
  });
});

describe('the API page', () => {
  test('loads nothing from outside', async () => {
    const page = await app.inject('/docs/');
    assert.equal(page.statusCode, 200);
    const loaded = [...page.body.matchAll(/\b(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    assert.ok(loaded.length > 0, 'The page loads its script.');
    for (const address of loaded) assert.doesNotMatch(address, /^(https?:)?\/\//, 'The page loads from elsewhere.');
    const policy = String(page.headers['content-security-policy']);
    assert.match(policy, /default-src 'none'/);
    // Whatever the bundle would like to reach, the browser lets it reach this server only.
    assert.doesNotMatch(policy, /https?:|\*/);
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
    for (const [script] of page.body.matchAll(/<script\b[^>]*>/g))
      assert.ok(script.includes(`nonce="${nonce}"`), script);
    assert.match(page.body, /"withDefaultFonts": false/);
    assert.match(page.body, /"telemetry": false/);
  });

  test('has another nonce in every answer, and none but that one', async () => {
    const nonces = new Set<string>();
    for (let look = 0; look < 5; look += 1) {
      const page = await app.inject('/docs/');
      assert.equal(Number(page.headers['content-length']), page.rawPayload.length);
      const [nonce = '', ...others] = [
        ...String(page.headers['content-security-policy']).matchAll(/'nonce-([^']+)'/g),
      ].map(([, one = '']) => one);
      assert.ok(nonce.length >= 22 && others.length === 0);
      const inPage = [...page.body.matchAll(/nonce="([^"]*)"|property="csp-nonce" content="([^"]*)"/g)];
      assert.ok(inPage.length >= 3, `${inPage.length} places of a nonce`);
      for (const [, ofScript, ofMeta] of inPage) assert.equal(ofScript ?? ofMeta, nonce);
      nonces.add(nonce);
    }
    assert.equal(nonces.size, 5);
  });

  test('has its script here, and its short address leads to it', async () => {
    const script = await app.inject('/docs/js/scalar.js');
    assert.equal(script.statusCode, 200);
    assert.ok(script.body.length > 1_000_000);
    const short = await app.inject('/docs');
    assert.equal(short.statusCode, 301);
    assert.equal(short.headers.location, '/docs/');
  });

  test('an unreadable Host header is the caller’s fault', async () => {
    const answer = await app.inject({ url: '/docs/', headers: { host: 'a b' } });
    assert.equal(answer.statusCode, 400);
  });
});

test('the probes answer: alive always, ready while the database is there', async () => {
  assert.equal((await app.inject('/healthz')).statusCode, 200);
  assert.equal((await app.inject('/readyz')).statusCode, 200);
  isReady = false;
  const away = await app.inject('/readyz');
  assert.equal(away.statusCode, 503);
  assert.equal(away.json().code, 'dependency_away');
  assert.equal((await app.inject('/healthz')).statusCode, 200);
});

test('the client library is up to date with the table', async () => {
  const script = fileURLToPath(new URL('../src/generate.ts', import.meta.url));
  await promisify(execFile)(process.execPath, [script, '--check'], { cwd: ROOT });
});
