import { type LookupAddress, lookup } from 'node:dns';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { type AllowList, isPublicAddress } from './addresses.ts';

/** A call that was not made: where it leads is not allowed. The message says what the operator can do. */
export class OutboundRefused extends Error {
  override readonly name = 'OutboundRefused';
}

/** An answer longer than anything that could be of use. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';
}

export type OutboundSettings = {
  allow: AllowList;
  maxAnswerBytes: number;
  /** Longest silence of the other side. */
  silenceMs: number;
  /** How names are resolved; all addresses of a name. */
  resolve?: (host: string) => Promise<LookupAddress[]>;
};

const SETTING = 'NUDGESCRIBE_OUTBOUND_ALLOW';

const resolveByName = (host: string): Promise<LookupAddress[]> =>
  new Promise((done, fail) =>
    lookup(host, { all: true, verbatim: true }, (error, addresses) => (error === null ? done(addresses) : fail(error))),
  );

/**
 * The one way out for everything that the server calls (OWASP, "Server Side Request Forgery Prevention Cheat Sheet"):
 * - the address is checked after the name was resolved, and the connection goes to that very address, so that a name that
 *   resolves to another one a moment later leads nowhere else;
 * - no redirects: neither a key nor a prompt travels on to where an answer points;
 * - HTTP and HTTPS only, answers of a bounded length, silence of a bounded time.
 */
export function createGuardedFetch(settings: OutboundSettings): typeof fetch {
  const { allow, resolve = resolveByName } = settings;
  const mayCall = (host: string, address: string) =>
    isPublicAddress(address) || allow.allowsHost(host) || allow.allowsAddress(address);

  /** What a connection asks for the address of its host: only addresses that may be called are told. */
  const checkedLookup: LookupFunction = (host, options, done) => {
    resolve(host).then(
      (addresses) => {
        const wanted = addresses.filter(({ family }) => !options.family || Number(options.family) === family);
        // One inner address among public ones is a trick, or a mistake.
        const refused = wanted.some(({ address }) => !mayCall(host, address));
        const [first] = wanted;
        if (refused || first === undefined) return done(refusal(host), '', 4);
        if (options.all) return done(null, wanted);
        return done(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => done(error, '', 4),
    );
  };
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, lookup: checkedLookup }),
    'https:': new HttpsAgent({ keepAlive: true, lookup: checkedLookup }),
  };

  function ask(url: URL, init: RequestInit): Promise<IncomingMessage> {
    const protocol = url.protocol as keyof typeof agents;
    const agent = agents[protocol];
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (agent === undefined || url.username !== '' || url.password !== '') throw refusal(host);
    // An address is connected to as it stands, without a look-up.
    if (isIP(host) !== 0 && !mayCall(host, host)) throw refusal(host);
    const request = protocol === 'https:' ? requestHttps : requestHttp;
    return new Promise((answered, failed) => {
      const call = request(
        url,
        {
          method: init.method ?? 'GET',
          headers: Object.fromEntries(new Headers(init.headers)),
          agent,
          timeout: settings.silenceMs,
          ...(init.signal ? { signal: init.signal } : {}),
        },
        answered,
      );
      call.on('timeout', () => call.destroy(new Error('The other side is silent.')));
      call.on('error', failed);
      call.end(init.body ?? undefined);
    });
  }

  async function read(answer: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > settings.maxAnswerBytes) throw new AnswerTooLong('The answer is too long.');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, bytes);
  }

  return async (input, init = {}) => {
    if (input instanceof Request) throw new TypeError('Give the URL and its options apart.');
    if (init.body !== undefined && init.body !== null && typeof init.body !== 'string')
      throw new TypeError('Bodies are texts.');
    try {
      const answer = await ask(new URL(input), init);
      const status = answer.statusCode ?? 0;
      if (status >= 300 && status < 400) {
        answer.destroy();
        throw new Error('The answer points elsewhere, and redirects are not followed.');
      }
      const body = await read(answer);
      const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
        [value ?? []].flat().map((one): [string, string] => [name, one]),
      );
      return new Response(status === 204 || status === 205 ? null : body, { status, headers });
    } catch (error) {
      if (error instanceof OutboundRefused || error instanceof AnswerTooLong || init.signal?.aborted) throw error;
      // What fetch throws when there is no answer: callers that try again know it by this.
      throw new TypeError('fetch failed', { cause: error });
    }
  };
}

function refusal(host: string): OutboundRefused {
  return new OutboundRefused(
    `${host} is not an address of the public internet. If it is to be called, name it in ${SETTING}.`,
  );
}
