import { randomBytes } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { platformFailures } from '../errors/platform-failures.ts';

const DOCS_PATH = '/docs';
const DOCUMENT_PATH = '/openapi.json';

/**
 * The four routes that stand outside the endpoint table and need no credentials: the API description, its browsable page
 * and the two probes. `ready` is asked at every /readyz: 503 while it says no. `document` is asked once, when somebody
 * first wants the description: to make it takes a tenth of a server's start.
 */
export async function registerOpenRoutes(
  app: FastifyInstance,
  parts: { document(): object; ready(): Promise<boolean> },
): Promise<void> {
  let document: string | null = null;
  app.get(DOCUMENT_PATH, (_request, reply) => {
    document ??= JSON.stringify(parts.document());
    return reply.header('content-type', 'application/json; charset=utf-8').send(document);
  });
  app.get('/healthz', (_request, reply) => sendStatus(reply, 200, { status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    if (await parts.ready()) return sendStatus(reply, 200, { status: 'ready' });
    throw platformFailures.dependency_away();
  });

  // The page's application is made once and takes its nonce then: it gets a mark, and each answer a nonce in its place.
  const mark = randomNonce();
  let page: Promise<FastifyInstance> | null = null;
  const showPage = async (request: FastifyRequest, reply: FastifyReply) => {
    // The page's own code parses the Host header into a URL.
    if (!URL.canParse(request.url, `${request.protocol}://${request.hostname}`))
      throw platformFailures.invalid_fields({ message: 'The Host header cannot be read.' });
    page ??= apiPage(mark);
    const { statusCode, headers, payload, rawPayload } = await (await page).inject({
      url: request.url,
      headers: request.headers,
    });
    // Whether the connection stays is a matter between the caller and this server, not of the page's own application.
    const { connection: _connection, 'content-length': _length, ...told } = headers;
    const isPage = String(told['content-type']).startsWith('text/html');
    const nonce = randomNonce();
    return reply
      .status(statusCode)
      .headers(told)
      .header('content-security-policy', contentSecurityPolicy(nonce))
      .send(isPage ? payload.replaceAll(mark, nonce) : rawPayload);
  };
  for (const path of [DOCS_PATH, `${DOCS_PATH}/`, `${DOCS_PATH}/js/scalar.js`]) app.get(path, showPage);
}

const randomNonce = () => randomBytes(16).toString('base64url');

/** The page as an application of its own, made when somebody first looks: its package alone takes 50 MB. */
async function apiPage(nonce: string): Promise<FastifyInstance> {
  const { default: apiReference } = await import('@scalar/fastify-api-reference');
  const page = fastify();
  await page.register(apiReference, {
    routePrefix: DOCS_PATH,
    configuration: {
      url: DOCUMENT_PATH,
      pageTitle: 'Nudgescribe API',
      nonce,
      withDefaultFonts: false,
      telemetry: false,
      agent: { disabled: true },
      mcp: { disabled: true },
      hideClientButton: true,
      showDeveloperTools: 'never',
      persistAuth: false,
    },
  });
  await page.ready();
  return page;
}

/** Whatever the page's bundle would like to load, the browser asks nobody but this server. */
function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function sendStatus(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply.status(status).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(body));
}
