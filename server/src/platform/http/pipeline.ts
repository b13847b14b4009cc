import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Database, Transaction } from '../database/database.ts';
import { Failure } from '../errors/failure.ts';
import { platformFailures } from '../errors/platform-failures.ts';
import { parseBody, refuseMissing, requiredFields } from './body-check.ts';
import type { Actor, Call, Endpoint } from './endpoint.ts';
import { Reply } from './endpoint.ts';
import type { Guard } from './guard.ts';
import { bodyFailure, parseJsonObject, readWhole, unpacked } from './json-body.ts';
import { parametersFrom, type ReceivedUpload, readMultipart, type UploadReceiver } from './upload.ts';

export type PipelineParts<Services> = {
  services: Services;
  database: Database;
  guard: Guard;
  receiveUpload: UploadReceiver;
  addressOf(request: FastifyRequest): string;
  /** Checks every answer against its schema: on in tests, where a mismatch is a 500. */
  checkReplies: boolean;
};

export type RequestFacts = { requestId: string };

type Input = { fields: Record<string, unknown>; upload: ReceivedUpload | null };

/**
 * Answers one call in the contract's order: credentials (403), readable body (400), required fields (401), workspace and
 * permission (403), unknown fields, types and rules (400), then the work.
 */
export function createPipeline<Services>(parts: PipelineParts<Services>, endpoint: Endpoint<Services>) {
  const required = requiredFields(endpoint.body);

  return async function answer(request: FastifyRequest, reply: FastifyReply, facts: RequestFacts): Promise<unknown> {
    const headers = request.headers as Record<string, string | undefined>;
    const address = parts.addressOf(request);
    const called = { call: endpoint.name, address, requestId: facts.requestId };
    const actor = await parts.guard.authenticate(headers, endpoint.access, called);
    const query = request.query as Record<string, string>;
    const audited: Record<string, unknown> = {};

    const permitApart = (fields: Record<string, unknown>) =>
      parts.database.tenant(actor.accountId, (tx) =>
        parts.guard.permit(tx, actor, endpoint.access, fields.workspace_id),
      );
    const permitEarly = async (fields: Record<string, unknown>) => {
      if (required.every((name) => fields[name] !== undefined)) await permitApart(fields);
    };

    /** Who is refused leaves an event; the endpoints that check credentials by themselves write their own. */
    const refuse = async (error: unknown, fields: Record<string, unknown>): Promise<never> => {
      const known = endpoint.access.kind === 'account' || endpoint.access.kind === 'workspace';
      if (known && error instanceof Failure && error.status === 403)
        await parts.guard.recordRefusal(actor, called, { code: error.code, workspaceId: fields.workspace_id });
      throw error;
    };

    let seen: Record<string, unknown> = {};
    const input = await readInput(request, endpoint, actor, query, parts.receiveUpload, (fields, complete) => {
      seen = fields;
      if (complete) refuseMissing(required, fields);
      return permitEarly(fields);
    }).catch((error) => refuse(bodyFailure(error), seen));

    try {
      refuseMissing(required, input.fields);
      const call = (tx: Transaction): Call<Services, Record<string, unknown>> => ({
        services: parts.services,
        body: parseBody(endpoint.body, input.fields),
        actor,
        tx,
        upload: input.upload,
        requestId: facts.requestId,
        address,
        headers,
        query,
        jsonOnly: acceptsOnlyJson(headers.accept),
        audit: (objectIds) => Object.assign(audited, objectIds),
      });
      const result = await work(actor, call, input.fields, permitApart);
      if (result instanceof Reply) {
        reply.header('content-type', result.contentType);
        for (const [name, value] of Object.entries(result.headers)) reply.header(name, value);
        return reply.send(result.content);
      }
      if (parts.checkReplies && endpoint.reply !== null) endpoint.reply.parse(result);
      return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(result));
    } catch (error) {
      return await refuse(error, input.fields);
    } finally {
      await input.upload?.release();
    }

    async function work(
      who: Actor,
      callWith: (tx: Transaction) => Call<Services, Record<string, unknown>>,
      fields: Record<string, unknown>,
      permitFirst: (fields: Record<string, unknown>) => Promise<void>,
    ): Promise<unknown> {
      const open = endpoint.access.kind === 'public' || endpoint.access.kind === 'signed_link';
      if (open || endpoint.transaction === 'own') {
        if (!open) await permitFirst(fields);
        return endpoint.handle(callWith(NO_TRANSACTION));
      }
      return parts.database.tenant(who.accountId, async (tx) => {
        for (const key of Object.keys(audited)) delete audited[key];
        await parts.guard.permit(tx, who, endpoint.access, fields.workspace_id);
        const result = await endpoint.handle(callWith(tx));
        if (endpoint.audit !== null) {
          const workspaceId = typeof fields.workspace_id === 'string' ? fields.workspace_id : null;
          await parts.guard.record(tx, {
            action: endpoint.audit,
            actor: who,
            workspaceId,
            objectIds: { ...audited },
            address,
            requestId: facts.requestId,
          });
        }
        return result;
      });
    }
  };
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

/** Bytes of another charset would be read as other text, or told row by row as broken. */
function refuseOtherCharsets(contentType: string): void {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(contentType)?.[1]?.toLowerCase();
  if (charset === undefined || ['utf-8', 'utf8', 'us-ascii'].includes(charset)) return;
  throw platformFailures.media_type_unknown({
    message:
      'Only UTF-8 is understood. Save or convert the content as UTF-8 and send it with charset=utf-8, or without a charset.',
  });
}

async function readInput(
  request: FastifyRequest,
  endpoint: { method: string; intake: 'json' | 'upload'; maxBodyBytes: number },
  actor: Actor,
  query: Record<string, string | string[]>,
  receiveUpload: UploadReceiver,
  before: (fields: Record<string, unknown>, complete: boolean) => Promise<void>,
): Promise<Input> {
  if (endpoint.method === 'GET') return { fields: {}, upload: null };
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  refuseOtherCharsets(request.headers['content-type'] ?? '');
  const stream = unpacked(request.raw, request.headers['content-encoding']);
  if (mediaType === '' || mediaType === 'application/json') {
    return { fields: parseJsonObject(await readWhole(stream, endpoint.maxBodyBytes)), upload: null };
  }
  if (endpoint.intake === 'upload') {
    if (mediaType === 'text/csv' || mediaType === 'application/x-ndjson') {
      const fields = parametersFrom(Object.entries(query));
      await before(fields, true);
      return {
        fields,
        upload: await receiveUpload(actor.accountId, mediaType === 'text/csv' ? 'csv' : 'ndjson', stream),
      };
    }
    if (mediaType === 'multipart/form-data') {
      const known = parametersFrom(Object.entries(query));
      const read = await readMultipart(
        stream,
        request.headers['content-type'] ?? '',
        (fields) => before({ ...known, ...fields }, false),
        (kind, file) => receiveUpload(actor.accountId, kind, file),
      );
      return { fields: { ...known, ...read.fields }, upload: read.upload };
    }
    throw platformFailures.media_type_unknown({
      message: 'Send application/json, multipart/form-data, text/csv or application/x-ndjson.',
    });
  }
  throw platformFailures.media_type_unknown();
}
