import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../platform/clock/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { Failure } from '../../platform/errors/failure.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import { placeOf } from '../../platform/http/client-address.ts';
import type { Access, Actor } from '../../platform/http/endpoint.ts';
import type { Admission, CallFacts, Guard } from '../../platform/http/guard.ts';
import { NO_SUCH_ID } from '../../platform/http/schemas.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import type { Geography } from '../../providers/geography/geography.ts';
import { ownerOfKey } from '../api-keys/key-in-use.ts';
import { recordEvent } from '../audit/record-event.ts';
import { type Refusal, recordRefusal } from '../audit/record-refusal.ts';
import { permissionsIn } from '../roles/permission.ts';
import { grantOf } from './actor-now.ts';
import { type ConsoleCookie, type CookieRules, isCsrfTokenOf, readCookie } from './console-cookie.ts';
import { findByCookie, userOfCookie } from './console-session.ts';
import { identityFailures } from './errors.ts';
import { findLiveSession, revokeSession, type SessionUser, touchSession } from './session-store.ts';
import { bearerToken, type Tokens } from './tokens.ts';
import { isServiceUser } from './user.ts';

type Headers = Readonly<Record<string, string | undefined>>;

const MAX_HEADER_CHARACTERS = 4_096;
const MAX_CLIENT_CHARACTERS = 200;
const TOUCH_MS = 60_000;

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

/** What somebody may do who has shown nothing yet. */
const NOTHING: Pick<Actor, 'roleCode' | 'permissions' | 'scope'> = {
  roleCode: '',
  permissions: new Set(),
  scope: { permissions: new Set(), workspaces: new Set() },
};

/** Decides who calls and what they may do. Nothing in a token is trusted without its session's row, read at every call. */
export function createGuard(parts: {
  database: Database;
  tokens: Tokens;
  clock: Clock;
  cookies: CookieRules;
  geography: Geography;
  apiCode: string | null;
}): Guard {
  const { database, tokens } = parts;
  const recorded = new WeakSet<object>();

  async function keyOwner(headers: Headers): Promise<{ accountId: string; apiKeyId: string } | null> {
    const key = headers['x-api-key'];
    if (key === undefined || key === '' || key.length > MAX_HEADER_CHARACTERS) return null;
    return ownerOfKey(database, key, parts.clock.now());
  }

  /**
   * Checks what goes for every known caller, then how this one proves the session. From here on a refusal is written to
   * the account's audit log; once an hour where `asksByItself` then says that nobody need be asking.
   */
  async function admit(
    headers: Headers,
    caller: Pick<Actor, 'accountId' | 'userId' | 'sessionId'>,
    access: Access,
    facts: CallFacts,
    proveSession: () => Promise<SessionUser>,
    asksByItself: () => boolean,
  ): Promise<Actor> {
    const actor = { ...caller, ...NOTHING, client: clientOf(headers) };
    const { accountId, sessionId } = caller;
    try {
      // Looked up first, told second: of a session that is gone a refusal by the gateway is written once an hour, too.
      const [proved] = await Promise.allSettled([proveSession()]);
      checkGateway(headers, parts.apiCode);
      if (proved.status === 'rejected') throw proved.reason;
      const user = proved.value;
      await follow(caller, user, facts);
      if (headers['x-api-key'] !== undefined && (await keyOwner(headers))?.accountId !== caller.accountId)
        throw platformFailures.unauthorised();
      if (!user.lacks_second_factor || isServiceUser(user)) return { ...actor, ...grantOf(user) };
      if (access.kind === 'account' && access.beforeSecondFactor === true) return actor;
      throw identityFailures.second_factor_demanded();
    } catch (error) {
      if (error instanceof Failure && error.status === 403) {
        const refusal = refusalOf(actor, facts, { code: error.code, workspaceId: null });
        if (error.code !== 'session_moved') await recordRefusal(database, refusal, { onceAnHour: asksByItself() });
        else
          await recordRefusal(
            database,
            { ...refusal, objectIds: { ended_session_id: sessionId } },
            { alsoDo: (tx) => revokeSession(tx, accountId, sessionId, 'seen in another country') },
          );
        recorded.add(error);
      }
      throw error;
    }
  }

  /**
   * Refuses a session that is seen in another country than it was begun in, which then ends together with the refusal's
   * event, and notes now and then that one is in use.
   */
  async function follow(
    { accountId, sessionId }: Pick<Actor, 'accountId' | 'sessionId'>,
    user: SessionUser,
    facts: CallFacts,
  ): Promise<void> {
    const now = parts.clock.now();
    const country = parts.geography.countryOf(facts.address);
    if (user.country !== null && country !== null && country !== user.country) throw identityFailures.session_moved();
    // Once a minute is enough to tell a used session from an idle one.
    if (user.seen_at === null || now.getTime() - user.seen_at.getTime() >= TOUCH_MS)
      await database.tenant(accountId, (tx) => touchSession(tx, accountId, sessionId, now, country));
  }

  async function byToken(
    headers: Headers,
    kinds: readonly string[],
    access: Access,
    facts: CallFacts,
    admission: Admission,
  ): Promise<Actor> {
    const token = bearerToken(headers.authorization);
    const found = token === null ? null : await tokens.read(token);
    if (found === null) {
      checkGateway(headers, parts.apiCode);
      throw platformFailures.unauthorised();
    }
    const { claims, isOver } = found;
    const { account_id: accountId, user_id: userId, sid: sessionId } = claims;
    // The signature holds: what is asked by a token that is revoked counts against its session, and by one that is over
    // against itself, as others of its session may still hold.
    admission.count(isOver ? claims.jti : sessionId);
    // Only the account's own tokens stand in its line, and none that somebody found long after.
    const endLookUp = await admission.lookUp({
      line: isOver ? placeOf(facts.address) : accountId,
      accountId,
      sessionId,
      isCounted: true,
    });
    let isGone = isOver;
    const prove = async () => {
      if (isOver) throw platformFailures.unauthorised();
      const now = parts.clock.now();
      const session = await findLiveSession(database.reads(accountId), accountId, sessionId, userId, now);
      isGone = session === undefined;
      if (session === undefined || !kinds.includes(claims.typ)) throw platformFailures.unauthorised();
      return session;
    };
    // A program that was forgotten goes on asking with a token that is over, or whose session is.
    return admit(headers, { accountId, userId, sessionId }, access, facts, prove, () => isGone).finally(endLookUp);
  }

  /** By a console's cookie. Calls that may change something also prove that a page of this server makes them. */
  async function byCookie(
    headers: Headers,
    cookie: ConsoleCookie,
    access: Access,
    facts: CallFacts,
    admission: Admission,
  ): Promise<Actor> {
    const { accountId, sessionId } = cookie;
    // Anybody can write an account's id into a cookie: nothing of it is proved yet, so its line is where it comes from.
    const endLookUp = await admission.lookUp({ line: placeOf(facts.address), accountId, sessionId, isCounted: false });
    return proveCookie(headers, cookie, access, facts, admission).finally(endLookUp);
  }

  async function proveCookie(
    headers: Headers,
    cookie: ConsoleCookie,
    access: Access,
    facts: CallFacts,
    admission: Admission,
  ): Promise<Actor> {
    const { accountId, sessionId } = cookie;
    const reads = database.reads(accountId);
    const session = await findByCookie(reads, cookie, parts.clock.now());
    const userId = session?.user_id ?? (await userOfCookie(reads, cookie));
    if (userId === null) {
      checkGateway(headers, parts.apiCode);
      throw platformFailures.unauthorised();
    }
    admission.count(sessionId);
    const prove = async () => {
      if (session === undefined) throw platformFailures.unauthorised();
      if (facts.mayChange && !isCsrfTokenOf(cookie, headers['x-csrf-token'])) throw identityFailures.csrf_refused();
      return session;
    };
    // A browser sends the cookie of a session that is over by itself, with every page and every look of every tab.
    const asksByItself = () => session === undefined;
    return admit(headers, { accountId, userId, sessionId }, access, facts, prove, asksByItself);
  }

  return {
    hasRecorded: (refusal) => recorded.has(refusal),
    authenticate: async (headers, access, facts, admission) => {
      if (access.kind === 'account' || access.kind === 'workspace') {
        const cookie = headers.authorization === undefined ? readCookie(headers.cookie, parts.cookies) : null;
        return cookie === null
          ? byToken(headers, ['access'], access, facts, admission)
          : byCookie(headers, cookie, access, facts, admission);
      }
      if (access.kind === 'refresh') return byToken(headers, ['access', 'refresh'], access, facts, admission);
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
            ...NOTHING,
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
            ...NOTHING,
            client: clientOf(headers),
          };
        }
      }
    },
    permit: async (reads, actor, access, workspaceId) => {
      if (access.kind === 'account') {
        if (access.permission !== null && !actor.permissions.has(access.permission)) throw platformFailures.forbidden();
      } else if (access.kind === 'workspace') {
        // Not text, or empty: the body check says so with 400, and the handler is never reached.
        if (typeof workspaceId !== 'string' || workspaceId === '') return;
        const permissions: ReadonlySet<string> | null = await permissionsIn(reads, actor, workspaceId);
        if (!permissions?.has(access.permission)) throw platformFailures.workspace_forbidden();
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
    recordRefusal: (actor, facts, refusal) => recordRefusal(database, refusalOf(actor, facts, refusal)),
  };
}

/** The refusal of a call as the audit log keeps it: the place only where it may be one. */
const refusalOf = (
  { accountId, userId, sessionId, client }: Actor,
  { call, address, requestId }: CallFacts,
  { code, workspaceId }: { code: string; workspaceId: unknown },
): Refusal => ({
  accountId,
  actorUserId: userId,
  sessionId,
  workspaceId: isUuid(workspaceId) ? workspaceId : null,
  client,
  address,
  requestId,
  call,
  code,
});
