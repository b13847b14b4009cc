import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * On every answer, whoever gives it (OWASP Secure Headers Project). Pages state a wider content security policy of their
 * own; nothing here may be framed, sniffed, cached or told to other sites.
 */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

const HSTS = { 'strict-transport-security': 'max-age=31536000; includeSubDomains' };

/** The headers of an answer where there is no request yet, or nobody else to give it. */
export const headersOfAnyAnswer = (isHttps: boolean) => ({ ...SECURITY_HEADERS, ...(isHttps ? HSTS : {}) });

const CORS_HEADERS = 'authorization, content-encoding, content-type, idempotency-key, x-api-key, x-auth-context';
const CORS_METHODS = 'GET, PUT, POST, PATCH, DELETE';
const EXPOSED =
  'content-disposition, idempotency-replayed, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after, x-request-id';
const PREFLIGHT_SECONDS = '600';

export type Surface = {
  /** Pages of these origins may call the API from a browser; none by itself. Cookies are never sent along. */
  allowedOrigins: readonly string[];
  /** Callers reach the server through HTTPS: browsers are told to come no other way. */
  isHttps: boolean;
};

/** Sets the headers of every answer, and answers a browser's question whether a page may call. True: it is answered. */
export function setSurfaceHeaders(request: FastifyRequest, reply: FastifyReply, surface: Surface): boolean {
  reply.headers(headersOfAnyAnswer(surface.isHttps)).header('x-request-id', request.id);
  if (surface.allowedOrigins.length === 0) return false;
  reply.header('vary', 'Origin');
  const { origin } = request.headers;
  if (origin === undefined || !surface.allowedOrigins.includes(origin)) return false;
  reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', EXPOSED);
  const isQuestion = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
  if (!isQuestion) return false;
  reply
    .header('access-control-allow-methods', CORS_METHODS)
    .header('access-control-allow-headers', CORS_HEADERS)
    .header('access-control-max-age', PREFLIGHT_SECONDS)
    .status(204)
    .send();
  return true;
}
