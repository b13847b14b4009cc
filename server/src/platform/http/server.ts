import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Failure, STATUS_LABELS } from '../errors/failure.ts';
import { platformFailures } from '../errors/platform-failures.ts';
import { newId } from '../ids/ids.ts';
import { describeError, type Log } from '../log/log.ts';
import type { Endpoint } from './endpoint.ts';
import { createPipeline, type PipelineParts } from './pipeline.ts';
import { headersOfAnyAnswer, type Surface, setSurfaceHeaders } from './security-headers.ts';

const MAX_URL_PARAMETER_CHARACTERS = 2_000;

/** The code of the refusal that answered a request, for its line in the log. */
const refusedWith = new WeakMap<FastifyRequest, string>();

/** Body of a refusal, exactly as the contract writes it. */
export function errorBody(failure: Failure, requestId: string): Record<string, unknown> {
  const { fields, details, body } = failure.extras;
  return {
    error: STATUS_LABELS[failure.status],
    code: failure.code,
    message: failure.message,
    ...(fields === undefined ? {} : { fields }),
    ...(details === undefined ? {} : { details }),
    ...body,
    request_id: requestId,
  };
}

/** The HTTP server: one route for every row of the endpoint table, and nothing else that answers under /v1/. */
export function createHttpServer<Services>(
  parts: Omit<PipelineParts<Services>, 'keysAtWork'> & {
    endpoints: readonly Endpoint<Services>[];
    log: Log;
    trustedProxies: readonly string[];
    surface: Surface;
    /** Takes the handler and returns the server that stands at the front door. */
    serverFactory(handler: (request: IncomingMessage, response: ServerResponse) => void): Server;
  },
): FastifyInstance {
  const app = Fastify({
    logger: false,
    genReqId: () => newId(),
    trustProxy: parts.trustedProxies.length === 0 ? false : [...parts.trustedProxies],
    serverFactory: (handler) => parts.serverFactory(handler),
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: MAX_URL_PARAMETER_CHARACTERS },
    // A path that cannot be decoded reaches no hook and no error handler.
    frameworkErrors: (error, request, reply) => {
      setSurfaceHeaders(request, reply, parts.surface);
      sendFailure(request, reply, asFailure(error));
    },
    clientErrorHandler: (error, socket) => refuseUnreadable(error, socket, parts.surface.isHttps),
  });
  // Bodies are read by the pipeline, after the credentials.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined));

  app.addHook('onRequest', async (request, reply) => {
    // Fastify goes no further with what is answered when the answer itself is returned.
    if (setSurfaceHeaders(request, reply, parts.surface)) return reply;
  });
  app.addHook('onResponse', async (request, reply) => {
    parts.log.info('request', {
      request_id: request.id,
      method: request.method,
      route: request.routeOptions.url ?? null,
      status: reply.statusCode,
      code: refusedWith.get(request),
      duration_ms: Math.round(reply.elapsedTime),
    });
  });

  app.setErrorHandler((error, request, reply) => {
    const failure = asFailure(error);
    if (failure.status >= 500)
      parts.log.error('request_failed', {
        request_id: request.id,
        code: failure.code,
        cause: describeError(failure.extras.cause ?? error),
      });
    return sendFailure(request, reply, failure);
  });

  const keysAtWork = new Set<string>();
  const methodsByPath = Map.groupBy(parts.endpoints, (endpoint) => endpoint.path);
  for (const endpoint of parts.endpoints) {
    const answer = createPipeline({ ...parts, keysAtWork }, endpoint);
    app.route({
      method: endpoint.method,
      url: endpoint.path,
      handler: (request, reply) => answer(request, reply, { requestId: request.id }),
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const known = methodsByPath.get(path as `/${string}`);
    if (known === undefined) return sendFailure(request, reply, platformFailures.unknown_route());
    reply.header('allow', known.map((endpoint) => endpoint.method).join(', '));
    return sendFailure(request, reply, platformFailures.method_not_allowed());
  });
  return app;
}

function sendFailure(request: FastifyRequest, reply: FastifyReply, failure: Failure): FastifyReply {
  refusedWith.set(request, failure.code);
  const { retryAfterSeconds } = failure.extras;
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
  else if (failure.status === 503 || failure.status === 429) reply.header('retry-after', '5');
  if (!request.raw.complete) {
    // Whoever refused left the rest of the body unread: the next call on this connection would wait behind it.
    reply.header('connection', 'close');
    request.raw.resume();
  }
  return reply
    .status(failure.status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(errorBody(failure, request.id)));
}

/** Answers bytes that are no HTTP request, before there is a request to answer, and hangs up. */
function refuseUnreadable(error: { code?: string }, socket: Socket, isHttps: boolean): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const requestId = newId();
  const failure = platformFailures.invalid_fields({ message: 'This is not an HTTP request that can be read.' });
  const body = JSON.stringify(errorBody(failure, requestId));
  const headers = {
    ...headersOfAnyAnswer(isHttps),
    'content-type': 'application/json; charset=utf-8',
    'x-request-id': requestId,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 400 Bad Request\r\n${lines.join('')}\r\n${body}`);
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const status = (error as { statusCode?: number }).statusCode;
  const code = (error as { code?: string }).code;
  // Fastify's own refusals of a request it cannot read (bad URL, bad header) are the caller's fault.
  if (typeof code === 'string' && code.startsWith('FST_') && status !== undefined && status < 500)
    return platformFailures.invalid_fields({ message: 'The request cannot be read.' });
  return platformFailures.server_error({ cause: error });
}
