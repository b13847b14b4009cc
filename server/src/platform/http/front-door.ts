import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { newId } from '../ids/ids.ts';
import { headersOfAnyAnswer } from './security-headers.ts';

/** The address cannot be listened at; the message says what to do. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

function explained(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code === 'EADDRINUSE')
    return new AddressRefused(
      `Port ${port} on ${host} is taken, perhaps by another server. Stop that one, or set NUDGESCRIBE_PORT.`,
    );
  if (error.code === 'EACCES')
    return new AddressRefused(`Port ${port} may be used by root only. Set NUDGESCRIBE_PORT to one above 1023.`);
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new AddressRefused(`NUDGESCRIBE_HOST ${host} is not an address of this machine.`);
  return error;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The listening socket. It stands before the database is up, so that a supervisor sees a live process (healthz) that is
 * not ready yet (readyz and everything else 503), and closes with a deadline at the end.
 */
export type FrontDoor = {
  server: Server;
  /** From now on requests go to this handler. */
  open(handler: Handler): void;
  listen(port: number, host: string): Promise<{ port: number }>;
  /** Takes no new requests and waits for those under way, at most so long. */
  close(timeoutMs: number): Promise<void>;
};

function notReady(request: IncomingMessage, response: ServerResponse, isHttps: boolean): void {
  const requestId = newId();
  const alive = request.url === '/healthz';
  response.writeHead(alive ? 200 : 503, {
    ...headersOfAnyAnswer(isHttps),
    'content-type': 'application/json; charset=utf-8',
    'x-request-id': requestId,
    ...(alive ? {} : { 'retry-after': '2' }),
  });
  response.end(
    JSON.stringify(
      alive
        ? { status: 'ok' }
        : {
            error: 'Service Unavailable',
            code: 'not_ready',
            message: 'The server is starting. Try again in a moment.',
            request_id: requestId,
          },
    ),
  );
}

/** `isHttps`: callers reach the server through HTTPS, and are told to come no other way. */
export function createFrontDoor(isHttps: boolean): FrontDoor {
  let handler: Handler = (request, response) => notReady(request, response, isHttps);
  // Uploads take as long as they take (requestTimeout 0); a silent connection does not stay.
  const server = createServer(
    { requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 72_000 },
    (request, response) => handler(request, response),
  );
  server.setTimeout(120_000);
  return {
    server,
    open: (next) => {
      handler = next;
    },
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => reject(explained(error, port, host)));
        server.listen(port, host, () => {
          server.removeAllListeners('error');
          const address = server.address();
          resolve({ port: typeof address === 'object' && address !== null ? address.port : port });
        });
      }),
    close: async (timeoutMs) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const deadline = setTimeout(() => server.closeAllConnections(), timeoutMs);
      await closed;
      clearTimeout(deadline);
    },
  };
}
