import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Failure } from '../errors/failure.ts';
import { platformFailures } from '../errors/platform-failures.ts';
import { placeOf } from './client-address.ts';
import type { Actor, Endpoint } from './endpoint.ts';
import type { Claim } from './guard.ts';
import { type Allowance, createRateLimit } from './rate-limit.ts';
import { isJson, mediaTypeOf } from './read-input.ts';
import { createTurns, type EndTurn } from './turns.ts';

export type LimitSettings = {
  /** Of one token, or of one address that follows signed links. Tokens of one account together have four times as many. */
  callsPerMinute: number;
  /** Attempts to sign in from one address. */
  signInsPerMinute: number;
  /** How many calls of one account work at a time; the others wait for them. */
  callsAtOnce: number;
};

export type CallLimits = {
  /** Counts an attempt to sign in, before anything of it is looked at. Throws too_many_sign_ins (429). */
  attempt(address: string, reply: FastifyReply): void;
  /** Counts a call whose token did not hold. Throws too_many_sign_ins (429). */
  refused(address: string, reply: FastifyReply): void;
  /** Counts a signed link that is followed from an address, good or bad. Throws too_many_calls (429). */
  followed(address: string, reply: FastifyReply): void;
  /**
   * Before the database is asked who calls: refuses a session or an account that has no call left, and waits in the
   * claim's line; that of an account is the one in which its calls wait for their work, too. Throws too_many_calls and too_many_at_once (429).
   */
  lookUp(claim: Claim, reply: FastifyReply): Promise<EndTurn>;
  /**
   * Counts a call of a session, whatever comes of it, and says in the RateLimit headers what is left. Throws too_many_calls
   * (429).
   */
  counted(sessionId: string, reply: FastifyReply): void;
  /** Counts the call of a known caller against what the account's callers have together. Throws too_many_calls (429). */
  called(actor: Actor, reply: FastifyReply): void;
  /**
   * Waits until the account may have one more such body in memory; null for a body of a few lines. A file that comes while
   * as many are on their way as may be is refused with too_many_at_once (429): it would wait for minutes.
   */
  read(
    accountId: string,
    request: FastifyRequest,
    endpoint: Pick<Endpoint<never>, 'maxBodyBytes' | 'intake'>,
  ): Promise<EndTurn | null>;
  /** Waits until one more call of the account, or of the place, may ask the database. */
  work(line: string): Promise<EndTurn>;
};

const ACCOUNT_TOKENS = 4;
const REFUSALS_A_SIGN_IN = 10;
const FEW_LINES_BYTES = 16 * 1024;
const SMALL_BODY_BYTES = 1024 * 1024;
// What an account may hold in memory together: 100 MB of small bodies, 192 MB of large ones, 64 MB of files as they begin.
const SMALL_BODIES_AT_ONCE = 100;
const LARGE_BODIES_AT_ONCE = 3;
const UPLOADS_AT_ONCE = 16;

/** The headers of draft-ietf-httpapi-ratelimit-headers, as they were up to its version 6. */
function tell(reply: FastifyReply, allowance: Allowance): void {
  reply.header('ratelimit-limit', allowance.limit);
  reply.header('ratelimit-remaining', allowance.remaining);
  reply.header('ratelimit-reset', allowance.resetSeconds);
}

/**
 * Limits that keep one tenant, or one address, from taking the server from the others. Addresses of one IPv6 network are
 * counted as one: whoever has one of them has all.
 */
export function createCallLimits(settings: LimitSettings): CallLimits {
  const tokens = createRateLimit(settings.callsPerMinute);
  const accounts = createRateLimit(settings.callsPerMinute * ACCOUNT_TOKENS);
  const links = createRateLimit(settings.callsPerMinute);
  const signIns = createRateLimit(settings.signInsPerMinute);
  const refusals = createRateLimit(settings.signInsPerMinute * REFUSALS_A_SIGN_IN);
  const working = createTurns(settings.callsAtOnce);
  const small = createTurns(SMALL_BODIES_AT_ONCE);
  const large = createTurns(LARGE_BODIES_AT_ONCE);
  const uploads = createTurns(UPLOADS_AT_ONCE, 0);

  const count = (reply: FastifyReply, allowance: Allowance, failure: (seconds: number) => Failure) => {
    tell(reply, allowance);
    if (allowance.waitSeconds > 0) throw failure(allowance.waitSeconds);
  };
  const tooManyAttempts = (retryAfterSeconds: number) => platformFailures.too_many_sign_ins({ retryAfterSeconds });
  const tooManyCalls = (retryAfterSeconds: number) => platformFailures.too_many_calls({ retryAfterSeconds });

  return {
    attempt: (address, reply) => count(reply, signIns.take(placeOf(address)), tooManyAttempts),
    refused: (address, reply) => count(reply, refusals.take(placeOf(address)), tooManyAttempts),
    followed: (address, reply) => count(reply, links.take(placeOf(address)), tooManyCalls),
    lookUp: async ({ line, accountId, sessionId, isCounted }, reply) => {
      const looks = [...(isCounted ? [] : [tokens.peek(sessionId)]), accounts.peek(accountId)];
      const spent = looks.find(({ waitSeconds }) => waitSeconds > 0);
      if (spent !== undefined) count(reply, spent, tooManyCalls);
      return working.take(line);
    },
    counted: (sessionId, reply) => count(reply, tokens.take(sessionId), tooManyCalls),
    called: (actor, reply) => {
      const together = accounts.take(actor.accountId);
      // Told only where it refuses: what one token has left is what its holder can act on.
      if (together.waitSeconds > 0) count(reply, together, tooManyCalls);
    },
    read: async (accountId, request, endpoint) => {
      if (!isJson(mediaTypeOf(request))) return endpoint.intake === 'upload' ? uploads.take(accountId) : null;
      const { 'content-length': length, 'content-encoding': encoding, 'transfer-encoding': transfer } = request.headers;
      if (length === undefined && transfer === undefined) return null;
      const isPacked = encoding !== undefined || length === undefined;
      const bytes = isPacked ? endpoint.maxBodyBytes : Math.min(Number(length), endpoint.maxBodyBytes);
      if (bytes <= FEW_LINES_BYTES) return null;
      return (bytes <= SMALL_BODY_BYTES ? small : large).take(accountId);
    },
    work: (line) => working.take(line),
  };
}
