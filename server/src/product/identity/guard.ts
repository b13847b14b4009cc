import { timingSafeEqual } from 'node:crypto';
import type { Database } from '../../platform/database/database.ts';
import { brokeReference } from '../../platform/database/database-errors.ts';
import { Failure } from '../../platform/errors/failure.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import type { Access, Actor } from '../../platform/http/endpoint.ts';
import type { CallFacts, Guard } from '../../platform/http/guard.ts';
import { NO_SUCH_ID } from '../../platform/http/schemas.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { recordEvent } from '../audit/record-event.ts';
import { hashApiKey } from './api-keys.ts';
import { identityFailures } from './errors.ts';
import { type Permission, ROLE_PERMISSIONS, type RoleCode } from './roles.ts';
import { findLiveSession } from './session-store.ts';
import { findKeyOwner, roleInWorkspace } from './store.ts';
import { bearerToken, type Tokens } from './tokens.ts';

type Headers = Readonly<Record<string, string | undefined>>;

const MAX_HEADER_CHARACTERS = 4_096;
const MAX_CLIENT_CHARACTERS = 200;

function clientOf(headers: Headers): string {
  return (headers['user-agent'] ?? '').replace(/[^\x20-\x7e]/g, '').slice(0, MAX_CLIENT_CHARACTERS);
}

function equalText(given: unknown, expected: string): boolean {
  if (typeof given !== 'string') return false;
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Checks the gateway's header where it is sent: it must parse, grant access, and carry the code when one is set. */
function checkGateway(headers: Headers, apiCode: string | null): void {
  const text = headers['x-auth-context'];
  if (text === undefined) return;
  let context: unknown = null;
  try {
    context = text.length <= MAX_HEADER_CHARACTERS ? JSON.parse(text) : null;
  } catch {
    // Falls through to the refusal below.
  }
  const { api_access, api_code } = (typeof context === 'object' && context !== null ? context : {}) as Record<
    string,
    unknown
  >;
  if (api_access !== true || (apiCode !== null && !equalText(api_code, apiCode)))
    throw platformFailures.gateway_refused();
}

/** Decides who calls and what they may do. Nothing in a token is trusted without its session's row, read at every call. */
export function createGuard(parts: { database: Database; tokens: Tokens; apiCode: string | null }): Guard {
  const { database, tokens } = parts;

  async function keyOwner(headers: Headers): Promise<{ accountId: string; apiKeyId: string } | null> {
    const key = headers['x-api-key'];
    if (key === undefined || key === '' || key.length > MAX_HEADER_CHARACTERS) return null;
    const owner = await database.acrossAccounts((tx) => findKeyOwner(tx, hashApiKey(key)));
    return owner === undefined ? null : { accountId: owner.account_id, apiKeyId: owner.api_key_id };
  }

  /** The caller behind a token. Once the token is known to be ours, a refusal is written to its account's audit log. */
  async function byToken(headers: Headers, kinds: readonly string[], facts: CallFacts): Promise<Actor> {
    const token = bearerToken(headers.authorization);
    const claims = token === null ? null : await tokens.verify(token);
    if (claims === null) {
      checkGateway(headers, parts.apiCode);
      throw platformFailures.unauthorised();
    }
    const { account_id: accountId, user_id: userId, sid: sessionId } = claims;
    const actor = { accountId, userId, sessionId, roleCode: '', client: clientOf(headers) };
    try {
      checkGateway(headers, parts.apiCode);
      if (!kinds.includes(claims.typ)) throw platformFailures.unauthorised();
      const session = await database.tenant(accountId, (tx) => findLiveSession(tx, accountId, sessionId, userId));
      if (session === undefined) throw platformFailures.unauthorised();
      if (headers['x-api-key'] !== undefined && (await keyOwner(headers))?.accountId !== accountId)
        throw platformFailures.unauthorised();
      return { ...actor, roleCode: session.role_code };
    } catch (error) {
      if (error instanceof Failure && error.status === 403)
        await recordRefusal(database, actor, facts, { code: error.code, workspaceId: null });
      throw error;
    }
  }

  return {
    authenticate: async (headers, access: Access, facts) => {
      if (access.kind === 'account' || access.kind === 'workspace') return byToken(headers, ['access'], facts);
      if (access.kind === 'refresh') return byToken(headers, ['access', 'refresh'], facts);
      checkGateway(headers, parts.apiCode);
      switch (access.kind) {
        case 'public':
        case 'signed_link': {
          if (headers['x-api-key'] !== undefined && (await keyOwner(headers)) === null)
            throw platformFailures.unauthorised();
          return {
            accountId: NO_SUCH_ID,
            userId: NO_SUCH_ID,
            sessionId: NO_SUCH_ID,
            roleCode: '',
            client: clientOf(headers),
          };
        }
        case 'api_key': {
          const owner = await keyOwner(headers);
          if (owner === null) throw identityFailures.sign_in_refused();
          return {
            accountId: owner.accountId,
            userId: NO_SUCH_ID,
            sessionId: owner.apiKeyId,
            roleCode: '',
            client: clientOf(headers),
          };
        }
      }
    },
    permit: async (tx, actor, access, workspaceId) => {
      if (access.kind === 'account') {
        if (access.permission !== null && !may(actor.roleCode, access.permission)) throw platformFailures.forbidden();
      } else if (access.kind === 'workspace') {
        // Not text, or empty: the body check says so with 400, and the handler is never reached.
        if (typeof workspaceId !== 'string' || workspaceId === '') return;
        const role = isUuid(workspaceId) ? await roleInWorkspace(tx, actor.accountId, actor.userId, workspaceId) : null;
        if (role === null || !may(role, access.permission)) throw platformFailures.workspace_forbidden();
      }
    },
    record: (tx, event) =>
      recordEvent(tx, {
        accountId: event.actor.accountId,
        action: event.action,
        outcome: 'done',
        actorUserId: event.actor.userId,
        sessionId: event.actor.sessionId,
        workspaceId: event.workspaceId,
        objectIds: event.objectIds,
        client: event.actor.client,
        address: event.address,
        requestId: event.requestId,
      }),
    recordRefusal: (actor, facts, refusal) => recordRefusal(database, actor, facts, refusal),
  };
}

async function recordRefusal(
  database: Database,
  actor: Actor,
  facts: CallFacts,
  refusal: { code: string; workspaceId: unknown },
): Promise<void> {
  await database
    .tenant(actor.accountId, (tx) =>
      recordEvent(tx, {
        accountId: actor.accountId,
        action: 'access.refused',
        outcome: 'refused',
        actorUserId: actor.userId,
        sessionId: actor.sessionId,
        workspaceId: isUuid(refusal.workspaceId) ? refusal.workspaceId : null,
        objectIds: { call: facts.call, code: refusal.code },
        client: actor.client,
        address: facts.address,
        requestId: facts.requestId,
      }),
    )
    .catch((error: unknown) => {
      // The account of an old token may have been erased: then there is no log to write to.
      if (!brokeReference(error)) throw error;
    });
}

function may(roleCode: string, permission: string): boolean {
  return ROLE_PERMISSIONS[roleCode as RoleCode]?.has(permission as Permission) ?? false;
}
