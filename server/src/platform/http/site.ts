import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.csv': 'text/csv; charset=utf-8',
};

/** Best first. The builder leaves a packed copy beside each file that gets smaller by it. */
const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

/** No scripts but the site's own files, no inline code or styles, nothing from or to anywhere else. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<title>Nudgescribe</title><p>The console is being built; this page looks again by itself. If it stays, the server's output says why.</p></html>`;

/**
 * Serves a built single-page application at `/`. Its files have hashed names and stay with the browser; every other path
 * that a browser asks for as a page gets index.html, so that links into the application work. Paths of the API are left
 * alone: what is unknown there stays a 404 in JSON, and so does what does not ask for HTML.
 */
export function registerSite(app: FastifyInstance, site: { folder: string; reservedPaths: readonly string[] }): void {
  const isReserved = (path: string) =>
    site.reservedPaths.some((reserved) => path === reserved || path.startsWith(`${reserved}/`));

  app.get('/assets/:name', async (request, reply) => {
    const { name } = request.params as { name: string };
    const isName = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(name);
    const file = isName ? await findFile(request, join(site.folder, 'assets', name)) : null;
    return file === null ? notFound(reply) : sendFile(reply, file);
  });

  const sendPage = async (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?')[0] ?? '/';
    if (isReserved(path) || !(request.headers.accept ?? '').includes('text/html')) return notFound(reply);
    const page = await readFile(join(site.folder, 'index.html'), 'utf8').catch(() => null);
    setSiteHeaders(reply);
    reply.header('content-type', 'text/html; charset=utf-8').header('cache-control', 'no-cache');
    if (page === null) return reply.status(503).header('retry-after', '2').send(NOT_BUILT);
    return reply.send(page);
  };
  app.get('/', sendPage);
  app.get('/*', sendPage);
}

function setSiteHeaders(reply: FastifyReply): void {
  reply.header('content-security-policy', CONTENT_SECURITY_POLICY);
  reply.header('referrer-policy', 'no-referrer');
  reply.header('x-frame-options', 'DENY');
  reply.header('cross-origin-opener-policy', 'same-origin');
  reply.header('cross-origin-resource-policy', 'same-origin');
  reply.header('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=()');
}

/** The API's own 404, in its own words. */
function notFound(reply: FastifyReply): FastifyReply {
  reply.callNotFound();
  return reply;
}

type SiteFile = { path: string; type: string; encoding: string | null; bytes: number };

/** The file in the best packing that the browser takes. */
async function findFile(request: FastifyRequest, path: string): Promise<SiteFile | null> {
  const type = MEDIA_TYPES[extname(path)];
  if (type === undefined) return null;
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const packed = ENCODINGS.filter(({ name }) => accepted.includes(name));
  for (const { name, suffix } of [...packed, { name: null, suffix: '' }]) {
    const found = await stat(path + suffix).catch(() => null);
    if (found?.isFile()) return { path: path + suffix, type, encoding: name, bytes: found.size };
  }
  return null;
}

function sendFile(reply: FastifyReply, file: SiteFile): FastifyReply {
  setSiteHeaders(reply);
  reply.header('content-type', file.type).header('cache-control', 'public, max-age=31536000, immutable');
  reply.header('vary', 'accept-encoding').header('content-length', file.bytes);
  if (file.encoding !== null) reply.header('content-encoding', file.encoding);
  return reply.send(createReadStream(file.path));
}
