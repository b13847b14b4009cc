import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Database, Transaction } from '../database/database.ts';
import { brokeReference } from '../database/database-errors.ts';
import { Failure } from '../errors/failure.ts';
import { platformFailures } from '../errors/platform-failures.ts';
import { parseBody, refuseMissing, requiredFields } from './body-check.ts';
import { type BodyPace, keepPace } from './body-pace.ts';
import type { CallLimits } from './call-limits.ts';
import { type Actor, type Call, type Endpoint, isSignedIn, mayChange, Reply } from './endpoint.ts';
import type { Admission, CallFacts, Guard } from './guard.ts';
import { bodyFailure } from './json-body.ts';
import { AnsweredBefore, type AnswerSealer, type KeyedCall, keyedCall } from './kept-answers.ts';
import { type Input, readInput } from './read-input.ts';
import { requireTold } from './reply-check.ts';
import type { UploadReceiver } from './upload.ts';

export type PipelineParts<Services> = {
  services: Services;
  database: Database;
  guard: Guard;
  limits: CallLimits;
  /** What seals answers that are kept for an account. */
  answerSealer(accountId: string): Promise<AnswerSealer>;
  /** The keys under which calls with transactions of their own are at work here, so that a second one is told at once. */
  keysAtWork: Set<string>;
  receiveUpload: UploadReceiver;
  bodyPace: BodyPace;
  addressOf(request: FastifyRequest): string;
  /** Whether an error comes of this, that the caller's account was erased after they were let in. */
  meansErased(error: unknown): boolean;
  /** Checks every answer against its schema: on in tests, where a mismatch is a 500. */
  checkReplies: boolean;
};

/** How long what was found out about a caller holds while their body comes and they wait for their turn. */
const PROVED_FOR_MS = 1_000;

export type RequestFacts = { requestId: string };

/**
 * Answers one call in the contract's order: credentials (403), readable body (400), required fields (401), workspace and
 * permission (403), unknown fields, types and rules (400), then the work.
 */
export function createPipeline<Services>(parts: PipelineParts<Services>, endpoint: Endpoint<Services>) {
  const required = requiredFields(endpoint.body);
  const known = isSignedIn(endpoint.access);
  // Whose it is, if anybody's, only the handler finds out; and signing in waits for the hashing of passwords, which is everybody's.
  const open = ['public', 'signed_link', 'api_key'].includes(endpoint.access.kind);

  return async function answer(request: FastifyRequest, reply: FastifyReply, facts: RequestFacts): Promise<unknown> {
    const headers = request.headers as Record<string, string | undefined>;
    const address = parts.addressOf(request);
    const called = { call: endpoint.name, mayChange: mayChange(endpoint), address, requestId: facts.requestId };
    let actor = await admit(parts, endpoint, headers, called, reply);
    let provedAt = performance.now();
    let toldAlready = false;
    const query = request.query as Record<string, string>;
    const audited: Record<string, unknown> = {};
    const answerHeaders = new Map<string, string>();

    /** What a call asks of the database it asks in its account's turn. */
    const inTurnOf = async <T>(line: string, ask: () => Promise<T>): Promise<T> => {
      const endTurn = await parts.limits.work(line);
      try {
        return await ask();
      } finally {
        endTurn();
      }
    };
    const inTurn = <T>(ask: () => Promise<T>): Promise<T> => (open ? ask() : inTurnOf(actor.accountId, ask));

    /** In the call's turn. Whoever took their time over the body, or waited for long, may have been signed out or disabled meanwhile. */
    const proveAgain = async () => {
      if (!known || performance.now() - provedAt <= PROVED_FOR_MS) return;
      // In the turn that the call has already: whoever waited here for another one could wait for themselves.
      const inThisTurn: Admission = { count: () => undefined, lookUp: async () => () => undefined };
      actor = await parts.guard.authenticate(headers, endpoint.access, called, inThisTurn).catch((error: unknown) => {
        toldAlready = error instanceof Failure && parts.guard.hasRecorded(error);
        throw error;
      });
      provedAt = performance.now();
    };

    const permitApart = (fields: Record<string, unknown>) =>
      parts.guard.permit(parts.database.reads(actor.accountId), actor, endpoint.access, fields.workspace_id);
    /** Returns false where what is known by now does not say yet whether it is permitted. */
    const permitEarly = async (fields: Record<string, unknown>) => {
      if (!required.every((name) => fields[name] !== undefined)) return false;
      await inTurn(() => permitApart(fields));
      return true;
    };

    /** Who is refused leaves an event; the endpoints that check credentials by themselves write their own. */
    const refuse = async (error: unknown, fields: Record<string, unknown>): Promise<never> => {
      if (known && !toldAlready && error instanceof Failure && error.status === 403)
        await inTurn(() =>
          parts.guard.recordRefusal(actor, called, { code: error.code, workspaceId: fields.workspace_id }),
        );
      throw error;
    };

    /** What an error means now: a reference breaks where the workspace was deleted, or the account erased, since the caller was let in. */
    const seenNow = async (error: unknown, fields: Record<string, unknown>): Promise<unknown> => {
      if (parts.meansErased(error)) return platformFailures.unauthorised();
      if (endpoint.access.kind !== 'workspace' || !brokeReference(error)) return error;
      return inTurn(() => permitApart(fields)).then(
        () => error,
        (refusal: unknown) => refusal,
      );
    };

    const endReading = open ? null : await parts.limits.read(actor.accountId, request, endpoint);
    let seen: Record<string, unknown> = {};
    let input: Input | null = null;
    try {
      input = await inPace(
        request,
        parts.bodyPace,
        readInput(request, endpoint, actor, query, parts.receiveUpload, (fields, complete) => {
          seen = fields;
          if (complete) refuseMissing(required, fields);
          return permitEarly(fields);
        }),
      ).catch((error) => {
        throw bodyFailure(error);
      });
      seen = input.fields;
      refuseMissing(required, seen);
      const { upload } = input;
      const keyed = endpoint.changes ? await keyOf(parts, endpoint, actor, headers, input) : null;
      let kept = false;
      const call = (tx: Transaction): Call<Services, Record<string, unknown>> => ({
        services: parts.services,
        body: parseBody(endpoint.body, seen),
        actor,
        tx,
        upload,
        requestId: facts.requestId,
        address,
        headers,
        query,
        jsonOnly: acceptsOnlyJson(headers.accept),
        audit: (objectIds) => Object.assign(audited, objectIds),
        keepAnswer: async (within, outcome) => {
          kept = true;
          // Another call under the same key may have ended since this one began.
          await keyed?.begin(within);
          await keyed?.keep(within, outcome);
        },
        inTurnOf,
        setHeader: (name, value) => answerHeaders.set(name, value),
      });
      try {
        const result = await inTurn(async () => {
          await proveAgain();
          return work(call, keyed);
        });
        if (keyed !== null && endpoint.transaction === 'own' && !kept)
          throw new Error(`${endpoint.name} changes something and kept no answer.`);
        for (const [name, value] of answerHeaders) reply.header(name, value);
        return send(reply, result);
      } catch (error) {
        if (!(error instanceof AnsweredBefore)) throw error;
        reply.header('idempotency-replayed', 'true');
        if ('failure' in error.outcome) throw error.outcome.failure;
        return send(reply, error.outcome.result);
      }
    } catch (error) {
      return await refuse(await seenNow(error, seen), seen);
    } finally {
      endReading?.();
      await input?.upload?.release();
    }

    async function work(
      callWith: (tx: Transaction) => Call<Services, Record<string, unknown>>,
      keyed: KeyedCall | null,
    ): Promise<unknown> {
      if (open || endpoint.transaction === 'own') {
        if (!open) await permitApart(seen);
        const own = callWith(NO_TRANSACTION);
        return keyed === null ? endpoint.handle(own) : onceHere(keyed, () => endpoint.handle(own));
      }
      return parts.database.tenant(actor.accountId, async (tx) => {
        for (const key of Object.keys(audited)) delete audited[key];
        await parts.guard.permit(tx, actor, endpoint.access, seen.workspace_id);
        const within = callWith(tx);
        await keyed?.begin(tx);
        const result = await endpoint.handle(within);
        if (endpoint.audit !== null) {
          const workspaceId = typeof seen.workspace_id === 'string' ? seen.workspace_id : null;
          await parts.guard.record(tx, {
            action: endpoint.audit,
            actor,
            workspaceId,
            objectIds: { ...audited },
            address,
            requestId: facts.requestId,
          });
        }
        await keyed?.keep(tx, { result });
        return result;
      });
    }

    /** Work under a key, in transactions of its own. Those of another process meet where the answer is kept. */
    async function onceHere<T>(keyed: KeyedCall, handle: () => Promise<T>): Promise<T> {
      const name = `${actor.accountId} ${actor.userId} ${headers['idempotency-key']}`;
      if (parts.keysAtWork.has(name)) throw platformFailures.idempotency_key_in_use({ retryAfterSeconds: 1 });
      parts.keysAtWork.add(name);
      try {
        await parts.database.tenant(actor.accountId, (tx) => keyed.begin(tx));
        return await handle();
      } finally {
        parts.keysAtWork.delete(name);
      }
    }

    function send(to: FastifyReply, result: unknown): FastifyReply {
      if (result instanceof Reply) {
        to.header('content-type', result.contentType);
        for (const [name, value] of Object.entries(result.headers)) to.header(name, value);
        return to.send(result.content);
      }
      if (parts.checkReplies && endpoint.reply !== null) requireTold(endpoint.reply, result);
      return to.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(result));
    }
  };
}

/**
 * Who calls, once the credentials hold, with the call counted. Attempts to sign in are counted by address before anything
 * is looked at, and so are signed links; other calls by their token. A valid token never suffers from what else comes from
 * its address.
 */
async function admit<Services>(
  parts: PipelineParts<Services>,
  endpoint: Endpoint<Services>,
  headers: Record<string, string | undefined>,
  called: CallFacts,
  reply: FastifyReply,
): Promise<Actor> {
  const { kind } = endpoint.access;
  const admission: Admission = {
    count: (sessionId) => parts.limits.counted(sessionId, reply),
    lookUp: (claim) => parts.limits.lookUp(claim, reply),
  };
  if (kind === 'api_key' || kind === 'public') {
    parts.limits.attempt(called.address, reply);
    return parts.guard.authenticate(headers, endpoint.access, called, admission);
  }
  if (kind === 'signed_link') {
    parts.limits.followed(called.address, reply);
    return parts.guard.authenticate(headers, endpoint.access, called, admission);
  }
  const actor = await parts.guard.authenticate(headers, endpoint.access, called, admission).catch((error: unknown) => {
    if (error instanceof Failure && error.status === 403) parts.limits.refused(called.address, reply);
    throw error;
  });
  parts.limits.called(actor, reply);
  return actor;
}

async function keyOf<Services>(
  parts: PipelineParts<Services>,
  endpoint: Endpoint<Services>,
  actor: Actor,
  headers: Record<string, string | undefined>,
  input: Input,
): Promise<KeyedCall | null> {
  const key = headers['idempotency-key'];
  if (key === undefined) return null;
  const content = input.upload?.contentHash ?? null;
  const sealer = await parts.answerSealer(actor.accountId);
  const { name, answersSecret } = endpoint;
  return keyedCall(actor, key, { name, fields: input.fields, content, answersSecret }, sealer);
}

/** What is read, unless it comes too slowly. What was begun then ends with the connection, and leaves nothing. */
async function inPace({ raw }: FastifyRequest, pace: BodyPace, reading: Promise<Input>): Promise<Input> {
  const { tooSlow, end } = keepPace(raw, pace);
  try {
    return await Promise.race([reading, tooSlow]);
  } catch (error) {
    reading.then(
      ({ upload }) => upload?.release(),
      () => undefined,
    );
    throw error;
  } finally {
    end();
  }
}

/** Stands in for the transaction of endpoints that open their own; using it is a mistake in the handler. */
const NO_TRANSACTION = new Proxy({} as Transaction, {
  get() {
    throw new Error('This endpoint has no transaction of its own: its handler opens one.');
  },
});

function acceptsOnlyJson(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  const types = accept.split(',').map((part) => part.split(';')[0]?.trim().toLowerCase());
  return types.length > 0 && types.every((type) => type === 'application/json');
}
