import { z } from 'zod';
import { askedInTurn } from '../../platform/database/asked-in-turn.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { notFound, platformFailures } from '../../platform/errors/platform-failures.ts';
import { placeOf } from '../../platform/http/client-address.ts';
import type { Actor } from '../../platform/http/endpoint.ts';
import { idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { roleFailures } from '../roles/errors.ts';
import { isLimited, permissionsOfCode, workspacesOf } from '../roles/permission.ts';
import type { AccountPermission } from '../roles/roles.ts';
import { standingOf } from '../second-factor/second-factor.ts';
import { endpoint } from '../services.ts';
import { signInAttemptFailures } from '../sign-in-attempts/errors.ts';
import { cookieHeader, csrfTokenOf, forgetCookieHeader, readCookie } from './console-cookie.ts';
import { beginConsoleSession, CONSOLE_IDLE_SECONDS, CONSOLE_SECONDS } from './console-session.ts';
import { identityFailures } from './errors.ts';
import { requireRulingOver } from './granting.ts';
import { otpSchema } from './second-factor-schemas.ts';
import { findSession, listSessions, lockSession, revokeSession, revokeSessionsOf } from './session-store.ts';
import { findUser } from './store.ts';
import { isServiceUser } from './user.ts';

const permissionsSchema = z.array(z.string());

const sessionSchema = z
  .object({
    session_id: idSchema,
    user_id: idSchema,
    account_id: idSchema,
    email: z.string(),
    display_name: z.string(),
    role_code: z.string(),
    needs_second_factor: z
      .boolean()
      .describe('The account demands a second factor, and this user must set one up before anything else.'),
    permissions: permissionsSchema.describe('What the role may do in the account.'),
    workspaces: z
      .array(
        z.object({
          workspace_id: idSchema,
          workspace_name: z.string(),
          role_code: z.string(),
          permissions: permissionsSchema.describe('What the user may do in this workspace.'),
        }),
      )
      .describe('The workspaces the user may see, oldest first.'),
    csrf_token: z
      .string()
      .nullable()
      .describe('Send it as x-csrf-token with every call that changes something. Null when signed in by tokens.'),
    began_at: timestampSchema,
    expires_at: timestampSchema.describe('Sign in again by then.'),
    idle_seconds: z
      .number()
      .int()
      .nullable()
      .describe('A session without a call for so long is over. Null when signed in by tokens.'),
  })
  .meta({ id: 'Session' });

const sorted = (permissions: ReadonlySet<string>) => [...permissions].sort();

type Reading = Pick<Actor, 'accountId' | 'userId' | 'sessionId' | 'scope'> & {
  permissions: ReadonlySet<string> | null;
};

/** For who must set up a second factor first. */
const NOTHING_YET = {
  permissions: new Set<string>(),
  scope: { permissions: new Set<string>(), workspaces: new Set<string>() },
};

/** The session as its user sees it. Throws unauthorised when it ended just now. */
async function sessionReply(tx: Transaction, reading: Reading, csrfToken: string | null) {
  const { accountId, sessionId, userId } = reading;
  const [session, user] = [await findSession(tx, accountId, sessionId), await findUser(tx, accountId, userId)];
  if (session === undefined || user === undefined) throw platformFailures.unauthorised();
  const { is_on, is_required } = await standingOf(tx, accountId, userId);
  const needsSecondFactor = is_required && !is_on && !isServiceUser(user);
  const { permissions, scope } = needsSecondFactor ? NOTHING_YET : reading;
  return {
    session_id: sessionId,
    user_id: userId,
    account_id: accountId,
    email: user.email,
    display_name: user.display_name,
    role_code: user.role_code,
    needs_second_factor: needsSecondFactor,
    permissions: sorted(permissions ?? (await permissionsOfCode(tx, accountId, user.role_code))),
    workspaces: (await workspacesOf(tx, { accountId, userId, scope })).map(
      ({ workspace_id, workspace_name, role_code, permissions }) => ({
        workspace_id,
        workspace_name,
        role_code,
        permissions: sorted(permissions),
      }),
    ),
    csrf_token: csrfToken,
    began_at: session.created_at.toISOString(),
    expires_at: session.expires_at.toISOString(),
    idle_seconds: session.kind === 'console' ? CONSOLE_IDLE_SECONDS : null,
  };
}

/** The user whose sessions are meant, who is the caller unless named. Throws forbidden, grants_too_much (403), not_found. */
async function userMeant(tx: Transaction, actor: Actor, userId: string | undefined, permission: AccountPermission) {
  const meant = userId ?? actor.userId;
  if (meant !== actor.userId && !actor.permissions.has(permission)) throw platformFailures.forbidden();
  const user = isUuid(meant) ? await findUser(tx, actor.accountId, meant) : undefined;
  if (user === undefined) throw notFound('user');
  if (meant !== actor.userId && permission === 'users.write') await requireRulingOver(tx, actor, user);
  return user;
}

const listedSchema = z
  .object({
    session_id: idSchema,
    user_id: idSchema,
    kind: z.enum(['api', 'console']),
    is_current: z.boolean(),
    api_key_id: idSchema.nullable().describe('The key it was begun with.'),
    address: z.string().nullable(),
    client: z.string().nullable().describe('What the program that signed in calls itself.'),
    country: z.string().nullable().describe('Where the operator supplies a database of countries.'),
    began_at: timestampSchema,
    seen_at: timestampSchema.nullable().describe('To the minute.'),
    expires_at: timestampSchema,
  })
  .meta({ id: 'ListedSession' });

/** A session of the console reaches all that its user does. */
const UNLIMITED: Reading['scope'] = { permissions: null, workspaces: null };

/** What the console lives on: sessions that a cookie holds. */
export const sessionEndpoints = [
  endpoint({
    name: 'sessions.begin',
    method: 'PUT',
    path: '/v1/session',
    summary: 'Sign in to the console',
    description: `Sets an HttpOnly, SameSite=Strict cookie that every call takes in place of a token. Calls that change something also need the header \`x-csrf-token\`. The session ends after ${CONSOLE_SECONDS / 3600} hours, or ${CONSOLE_IDLE_SECONDS / 60} minutes without a call. An unknown email and a wrong password get one and the same answer. Who has a second factor is asked for \`otp\` (401) once the password is right.`,
    access: { kind: 'public' },
    body: z.strictObject({
      email: z.string().min(1).max(254),
      password: z.string().min(1).max(1_000),
      otp: otpSchema.optional(),
      account_id: idSchema.optional().describe('Needed only when the same login is right in several accounts.'),
    }),
    reply: sessionSchema,
    example: { email: 'editor@example.com', password: 'a long and secret sentence' },
    transaction: 'own',
    failures: [identityFailures, signInAttemptFailures],
    handle: async ({ services, actor, body, address, requestId, headers, setHeader, inTurnOf }) => {
      const rules = services.cookies;
      // Whose it is turns out later: until then it stands in the line of where it comes from.
      const database = askedInTurn(services.database, (ask) => inTurnOf(placeOf(address), ask));
      const { cookie, userId } = await beginConsoleSession(
        { ...services, database },
        { email: body.email, password: body.password, otp: body.otp, accountId: body.account_id ?? null },
        { client: actor.client, address, requestId },
        readCookie(headers.cookie, rules),
      );
      setHeader('set-cookie', cookieHeader(cookie, CONSOLE_SECONDS, rules));
      const { accountId, sessionId } = cookie;
      return database.tenant(accountId, (tx) =>
        sessionReply(tx, { accountId, sessionId, userId, scope: UNLIMITED, permissions: null }, csrfTokenOf(cookie)),
      );
    },
  }),
  endpoint({
    name: 'sessions.get',
    method: 'GET',
    path: '/v1/session',
    summary: 'Look at the running session',
    description: 'Who is signed in, what they may do and where. A console asks this first when its page is loaded.',
    access: { kind: 'account', permission: null, beforeSecondFactor: true },
    body: z.strictObject({}),
    reply: sessionSchema,
    example: {},
    handle: async ({ services, tx, actor, headers }) => {
      const cookie = headers.authorization === undefined ? readCookie(headers.cookie, services.cookies) : null;
      return sessionReply(tx, actor, cookie === null ? null : csrfTokenOf(cookie));
    },
  }),
  endpoint({
    name: 'sessions.list',
    method: 'POST',
    path: '/v1/session',
    summary: 'List where you are signed in',
    description:
      'The newest first, at most 1,000. The sessions of another user need the permission users.read. A limited key sees the session in use only.',
    access: { kind: 'account', permission: null },
    body: z.strictObject({ user_id: idSchema.optional() }),
    reply: z.array(listedSchema),
    example: {},
    handle: async ({ services, tx, actor, body }) => {
      const user = await userMeant(tx, actor, body.user_id, 'users.read');
      const now = services.clock.now();
      const idleSince = new Date(now.getTime() - CONSOLE_IDLE_SECONDS * 1_000);
      const all = await listSessions(tx, actor.accountId, user.user_id, now, idleSince);
      const shown = isLimited(actor.scope) ? all.filter((row) => row.session_id === actor.sessionId) : all;
      return shown.map((row) => ({
        session_id: row.session_id,
        user_id: row.user_id,
        kind: row.kind,
        is_current: row.session_id === actor.sessionId,
        api_key_id: row.api_key_id,
        address: row.address,
        client: row.client,
        country: row.country,
        began_at: row.created_at.toISOString(),
        seen_at: row.seen_at?.toISOString() ?? null,
        expires_at: row.expires_at.toISOString(),
      }));
    },
  }),
  endpoint({
    name: 'sessions.end',
    method: 'DELETE',
    path: '/v1/session',
    summary: 'Sign out, here or elsewhere',
    description:
      'Ends the session in use: its cookie and its tokens are refused from the next call on, on every process. With `session_id` that one instead, which for another user takes the permission users.write; with `others` every other session of yours. A limited key ends the session in use only.',
    access: { kind: 'account', permission: null, beforeSecondFactor: true },
    body: z.strictObject({ session_id: idSchema.optional(), others: z.boolean().optional() }),
    reply: z.object({ message: z.string(), ended: z.number().int() }),
    example: {},
    audit: 'auth.signed_out',
    failures: [identityFailures, roleFailures],
    handle: async ({ services, tx, actor, body, headers, audit, setHeader }) => {
      const { accountId, userId, sessionId } = actor;
      const meant = body.session_id ?? sessionId;
      if (isLimited(actor.scope) && (body.others === true || meant !== sessionId)) throw platformFailures.forbidden();
      if (body.others === true) {
        if (body.session_id !== undefined) throw identityFailures.session_or_others();
        const ended = await revokeSessionsOf(tx, accountId, userId, 'signed out elsewhere', sessionId);
        audit({ ended });
        return { message: 'You are signed out everywhere else.', ended };
      }
      const session = isUuid(meant) ? await lockSession(tx, accountId, meant) : undefined;
      if (session === undefined || (session.user_id !== userId && !actor.permissions.has('users.write')))
        throw notFound('session');
      if (session.user_id !== userId) await userMeant(tx, actor, session.user_id, 'users.write');
      await revokeSession(tx, accountId, meant, 'signed out');
      audit({ ended_session_id: meant });
      if (meant === sessionId && headers.authorization === undefined)
        setHeader('set-cookie', forgetCookieHeader(services.cookies));
      const message = meant === sessionId ? 'You are signed out.' : 'The session is ended.';
      return { message, ended: session.revoked_at === null ? 1 : 0 };
    },
  }),
];
