import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Transaction } from '../database/database.ts';
import type { Outcome } from './kept-answers.ts';
import type { ReceivedUpload } from './upload.ts';

/** What the credentials in use let do at the most, within what the user may do: null is no further limit. */
export type Scope = { permissions: ReadonlySet<string> | null; workspaces: ReadonlySet<string> | null };

/** Who is calling, once the credentials held. `permissions` are those at account level, within the scope. */
export type Actor = {
  accountId: string;
  userId: string;
  sessionId: string;
  roleCode: string;
  permissions: ReadonlySet<string>;
  scope: Scope;
  client: string;
};

/**
 * What a call needs:
 * - public: nothing. signed_link: the signature in its query, checked by the handler.
 * - api_key: the x-api-key header, whose owner becomes the account. refresh: an access or a refresh token.
 * - account: a token, and the permission at account level (null: any signed-in user). `beforeSecondFactor`: also for who must
 *   set up a second factor before anything else.
 * - workspace: a token, and the permission in the workspace that the body names as workspace_id.
 */
export type Access<Permission extends string = string> =
  | { kind: 'public' | 'signed_link' | 'api_key' | 'refresh' }
  | { kind: 'account'; permission: Permission | null; beforeSecondFactor?: true }
  | { kind: 'workspace'; permission: Permission };

/** Everything a handler gets. `Services` is what the composition root built. */
export type Call<Services, Body> = {
  services: Services;
  body: Body;
  actor: Actor;
  /** The call's one transaction, committed after the handler when the endpoint has one. */
  tx: Transaction;
  upload: ReceivedUpload | null;
  requestId: string;
  address: string;
  headers: Readonly<Record<string, string | undefined>>;
  query: Readonly<Record<string, string>>;
  /** True when the caller accepts nothing but application/json. */
  jsonOnly: boolean;
  /** Adds ids to the audit event of this call. Ids, counts and codes only. */
  audit(objectIds: Record<string, string | number | boolean | string[]>): void;
  /**
   * For handlers that open their own transactions and change something: keeps the answer for whoever sends the call again
   * with its Idempotency-Key. Called last in the transaction of the change, which it may end by throwing.
   */
  keepAnswer(tx: Transaction, outcome: Outcome): Promise<void>;
  /**
   * For handlers of calls without a token, which learn by themselves whose account they ask the database for: what they
   * ask in that account's turn, or in that of a place. Others have a turn already, and would wait for themselves.
   */
  inTurnOf<T>(line: string, ask: () => Promise<T>): Promise<T>;
  /** Adds a header to the answer, when it is a good one. */
  setHeader(name: string, value: string): void;
};

export type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

export type AnyBody = z.ZodObject;

/**
 * One row of the contract. From it come routing, the order of checks, permissions, the audit event, the API
 * description, the client library and the refusal tests.
 */
export type Endpoint<Services, Body extends AnyBody = AnyBody> = {
  /** `<capability>.<verb>`: the SDK's method and the OpenAPI operationId. */
  name: `${string}.${string}`;
  method: Method;
  path: `/${string}`;
  summary: string;
  description: string;
  access: Access;
  /** Strict object. A key that is not optional is a required field (401 when absent or null). */
  body: Body;
  /** 'json', or 'upload' when the call also takes multipart, text/csv and NDJSON bodies with its parameters beside the file. */
  intake: 'json' | 'upload';
  maxBodyBytes: number;
  /** The 200 answer. Null: the handler answers with a Reply of its own media types. */
  reply: z.ZodType | null;
  replyMediaTypes: readonly string[];
  /** A body that works, for the API description and the refusal tests. Ids in it stand for the tests' own. */
  example: Record<string, unknown>;
  /** The action in the audit log, written in the call's transaction. Null: the call changes nothing. */
  audit: string | null;
  /** 'write' and 'read': the handler runs in one transaction. 'own': it opens its own, and writes its own audit event. */
  transaction: 'write' | 'read' | 'own';
  /** Whether the call changes something, and so takes an Idempotency-Key. By itself true for PUT, PATCH and DELETE. */
  changes: boolean;
  /**
   * The reply holds a secret that is shown once. Nothing of it is kept: sent again under its Idempotency-Key the call has no
   * second effect, as any other, and gets idempotency_answer_gone.
   */
  answersSecret: boolean;
  /** Codes this call may answer with beyond the general ones. */
  failures: readonly { readonly table: Readonly<Record<string, { status: number; message: string }>> }[];
  handle(call: Call<Services, z.output<Body>>): Promise<unknown>;
};

/** Whether a call may change something; true also for those that only might, as they open their own transactions. */
export function mayChange({ method, audit, transaction }: Pick<Endpoint<never>, 'method' | 'audit' | 'transaction'>) {
  return method !== 'GET' && (audit !== null || transaction !== 'read' || method !== 'POST');
}

/** An answer that is not JSON, such as a CSV file. */
export class Reply {
  readonly contentType: string;
  readonly content: Readable | string;
  readonly headers: Readonly<Record<string, string>>;
  constructor(contentType: string, content: Readable | string, headers: Record<string, string> = {}) {
    this.contentType = contentType;
    this.content = content;
    this.headers = headers;
  }
}

const JSON_BODY_BYTES = 1024 * 1024;

type Optional =
  | 'intake'
  | 'maxBodyBytes'
  | 'audit'
  | 'replyMediaTypes'
  | 'failures'
  | 'transaction'
  | 'description'
  | 'changes'
  | 'answersSecret';

/** Whether the call needs a token: then it is known whose it is before anything else. */
export function isSignedIn(access: Access): boolean {
  return access.kind === 'account' || access.kind === 'workspace';
}

/** Fills in what most endpoints share. */
export function defineEndpoint<Services, Body extends AnyBody>(
  spec: Omit<Endpoint<Services, Body>, Optional> & Partial<Pick<Endpoint<Services, Body>, Optional>>,
): Endpoint<Services> {
  const audit = spec.audit ?? null;
  const full: Endpoint<Services, Body> = {
    intake: 'json',
    maxBodyBytes: JSON_BODY_BYTES,
    replyMediaTypes: ['application/json'],
    failures: [],
    description: spec.summary,
    changes: isSignedIn(spec.access) && ['PUT', 'PATCH', 'DELETE'].includes(spec.method),
    answersSecret: false,
    ...spec,
    audit,
    transaction: spec.transaction ?? (audit === null ? 'read' : 'write'),
  };
  // Handlers take the parsed body of their own schema; the table holds them behind the general type.
  return full as unknown as Endpoint<Services>;
}
