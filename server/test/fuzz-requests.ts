import { once } from 'node:events';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { NASTY_TEXTS } from './fuzz-inputs.ts';

// Requests that no proper client would send, written to the socket as they are: a client would mend or refuse them.

export type OddRequest = { method: string; target: string; headers: readonly string[]; body: string };
/** Status 0: the server hung up without a word. Texts are bytes, one a character. */
export type OddAnswer = { status: number; head: string; body: string };

const METHODS = [
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PROPFIND',
  'get',
  'G\u0000T',
];
/** What has led out of folders before, or past the check of a path. */
const CLIMBS = [
  ...['../', '..\\', '%2e%2e/', '%2e%2e%2f', '..%2f', '..%5c', '%252e%252e%252f', '%25252e%25252e/', '..;/', '.../'],
  ...['..%00/', '%c0%ae%c0%ae/', '%uff0e%uff0e/', '%ef%bc%8e%ef%bc%8e/', './', '//', '\\', '%2f', '%5c', '..%c0%af'],
];
/** As far as what lies beside the served files, and as far as the root of the disk. */
const CLIMBED = [1, 2, 3, 4, 15];
const PIECES = [
  ...['%00', '\u0000', '%', '%zz', '%ff', '%u0000', '%0d%0aX-Odd:%20y', '\r', '\t', ' ', '#', '?', '??', '&&', ';a=b'],
  ...['.br', '.gz', '.map', '.js', '~', '*', ':name', '/*', '\u00e4', '\u00ff', '%e2%80%ae', '%F0%9F%92%A9', '.', '..'],
  ...['x'.repeat(1_990), 'x'.repeat(2_100), '/x'.repeat(1_500), '%41'.repeat(3_000), 'x'.repeat(20_000), '__proto__'],
];
const HEADERS = [
  ...['Host: ', 'Host: [', 'Host: a b', 'Host: %', 'Host: other.example:99999', 'Host: \u00ff', 'Host: x/../y', 'Hos'],
  ...['Accept: text/html', 'Accept: ', 'Accept: */*;q=9', 'Accept: text/html,,;;', `Accept: ${'a/b,'.repeat(3_000)}`],
  ...['Range: bytes=0-', 'Range: bytes=9-1', 'Range: bytes=-99999999999', 'Range: bytes=0-0,1-1', 'Range: x'],
  ...['If-None-Match: *', 'If-None-Match: W/"x"', 'If-None-Match: "', 'If-Match: *', 'If-Range: "x"'],
  ...['If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT', 'If-Modified-Since: never', 'If-Unmodified-Since: 0'],
  ...['Accept-Encoding: br', 'Accept-Encoding: gzip, br;q=0', 'Accept-Encoding: \u00ff', 'Accept-Encoding: *'],
  ...[
    'Content-Type: ',
    'Content-Type: application/json',
    'Content-Type: multipart/form-data',
    'Content-Encoding: gzip',
  ],
  ...['Content-Length: 0', 'Content-Length: -1', 'Content-Length: x', 'Content-Length: 1, 2', 'Content-Length: 4'],
  ...['Transfer-Encoding: chunked', 'Transfer-Encoding: x', 'Expect: 100-continue', 'Expect: x', 'TE: trailers'],
  ...[
    'Connection: upgrade',
    'Upgrade: websocket',
    'Upgrade: h2c',
    'HTTP2-Settings: x',
    'Origin: null',
    'Origin: http://[',
  ],
  ...['X-Forwarded-For: ::1, x', 'X-Forwarded-Host: [', 'X-Forwarded-Proto: javascript', 'X-Original-URL: /v1/user'],
  ...['X-HTTP-Method-Override: DELETE', 'Authorization: Bearer x', 'Authorization: Basic \u00ff', 'X-Api-Key: x'],
  ...['X-Auth-Context: {', 'X-Auth-Context: {"api_access":true}', 'Cookie: a=b; =; ;', `Cookie: ${'c'.repeat(20_000)}`],
  ...[
    'Accept-Version: 99',
    'Accept-Version: x',
    'X-Request-Id: \u00e4',
    'No colon',
    ': nameless',
    'Nul: \u0000',
    ' Folded: x',
  ],
];

/**
 * Requests of these paths, of others like them, and of the files that are sought beyond them. `query` is one that means
 * something to one of them.
 */
export function oddRequests(
  { places, sought, query }: { places: readonly string[]; sought: readonly string[]; query: string },
  random: () => number,
): () => OddRequest {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const times = (most: number) => 1 + Math.floor(random() * most);

  function path(): string {
    const place = pick(places);
    const dice = random();
    if (dice < 0.25) return place;
    if (dice < 0.6) return `${place}${random() < 0.5 ? '/' : ''}${pick(CLIMBS).repeat(pick(CLIMBED))}${pick(sought)}`;
    const at = Math.floor(random() * (place.length + 1));
    const odd = random() < 0.3 ? encodeURIComponent(pick(NASTY_TEXTS).toWellFormed()) : pick(PIECES);
    if (dice < 0.9) return place.slice(0, at) + odd + place.slice(at);
    return pick([
      '',
      '*',
      'healthz',
      '//',
      `//other${place}`,
      `http://other${place}`,
      `http://[${place}`,
      `\\${place}`,
    ]);
  }

  /** The query, whole or with one of its parameters left out, doubled or changed. */
  function queryOf(): string {
    const dice = random();
    if (dice < 0.4) return '';
    if (dice < 0.5) return `?${query}`;
    const parts = query.split('&');
    const at = Math.floor(random() * parts.length);
    const [name = ''] = (parts[at] ?? '').split('=');
    const value = random() < 0.5 ? pick(PIECES) : encodeURIComponent(pick(NASTY_TEXTS).toWellFormed());
    const changed = pick([[], [parts[at], parts[at]], [`${name}=${value}`], [`${name}[]=1`, `${name}[x]=2`], [value]]);
    return `?${parts.toSpliced(at, 1, ...changed.map(String)).join('&')}`;
  }

  return () => {
    const headers = random() < 0.5 ? ['Accept: text/html'] : [];
    if (random() < 0.6) headers.push(...Array.from({ length: times(3) }, () => pick(HEADERS)));
    return {
      method: random() < 0.8 ? 'GET' : pick(METHODS),
      target: path() + queryOf(),
      headers,
      body: random() < 0.1 ? pick(['{}', 'zz\r\n', '0\r\n\r\n', 'GET /healthz HTTP/1.1\r\n\r\n', '\u0000']) : '',
    };
  };
}

/** The content of an answer in chunks. */
function unchunked(body: string): string {
  let content = '';
  for (let at = 0; ; ) {
    const end = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.slice(at, end), 16);
    if (end === -1 || !(length > 0)) return content;
    content += body.slice(end + 2, end + 2 + length);
    at = end + 4 + length;
  }
}

/** Sends it on a connection of its own, and reads until the server hangs up. */
export async function sendOdd(url: string, { method, target, headers, body }: OddRequest): Promise<OddAnswer> {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  // Whoever refuses what cannot be read hangs up while it is still being written.
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  socket.setTimeout(3_000, () => socket.destroy());
  const ownHost = headers.some((line) => line.startsWith('Hos')) ? [] : [`Host: ${host}`];
  const lines = [`${method} ${target} HTTP/1.1`, ...ownHost, ...headers, 'Connection: close', '', body];
  socket.write(Buffer.from(lines.join('\r\n'), 'latin1'));
  const told = (await buffer(socket).catch(() => Buffer.alloc(0)))
    .toString('latin1')
    .replace(/^HTTP\/1\.1 100 .*\r\n\r\n/, '');
  const end = told.indexOf('\r\n\r\n');
  const head = told.slice(0, end === -1 ? undefined : end);
  const content = end === -1 ? '' : told.slice(end + 4);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
    head,
    body: /^transfer-encoding: chunked/im.test(head) ? unchunked(content) : content,
  };
}
