import { timingSafeEqual } from 'node:crypto';
import type { Database } from '../../platform/database/database.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import type { Access, Actor } from '../../platform/http/endpoint.ts';
import type { Guard } from '../../platform/http/guard.ts';
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

  async function byToken(headers: Headers, kinds: readonly string[]): Promise<Actor> {
    const token = bearerToken(headers.authorization);
    const claims = token === null ? null : await tokens.verify(token);
    if (claims === null || !kinds.includes(claims.typ)) throw platformFailures.unauthorised();
    const session = await database.tenant(claims.account_id, (tx) =>
      findLiveSession(tx, claims.account_id, claims.sid, claims.user_id),
    );
    if (session === undefined) throw platformFailures.unauthorised();
    if (headers['x-api-key'] !== undefined && (await keyOwner(headers))?.accountId !== claims.account_id)
      throw platformFailures.unauthorised();
    return {
      accountId: claims.account_id,
      userId: claims.user_id,
      sessionId: claims.sid,
      roleCode: session.role_code,
      client: clientOf(headers),
    };
  }

  return {
    authenticate: async (headers, access: Access) => {
      checkGateway(headers, parts.apiCode);
      switch (access.kind) {
        case 'public':
        case 'signed_link':
          if (headers['x-api-key'] !== undefined && (await keyOwner(headers)) === null)
            throw platformFailures.unauthorised();
          return {
            accountId: NO_SUCH_ID,
            userId: NO_SUCH_ID,
            sessionId: NO_SUCH_ID,
            roleCode: '',
            client: clientOf(headers),
          };
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
        case 'refresh':
          return byToken(headers, ['access', 'refresh']);
        default:
          return byToken(headers, ['access']);
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
  };
}

function may(roleCode: string, permission: string): boolean {
  return ROLE_PERMISSIONS[roleCode as RoleCode]?.has(permission as Permission) ?? false;
}
