import { z } from 'zod';
import type { Transaction } from '../../platform/database/database.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import type { Actor } from '../../platform/http/endpoint.ts';
import { idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { permissionsOfCode, workspacesOf } from '../roles/permission.ts';
import { endpoint } from '../services.ts';
import { cookieHeader, csrfTokenOf, forgetCookieHeader, readCookie } from './console-cookie.ts';
import { beginConsoleSession, CONSOLE_IDLE_SECONDS, CONSOLE_SECONDS, replaceCookie } from './console-session.ts';
import { identityFailures } from './errors.ts';
import { otpSchema } from './second-factor-schemas.ts';
import { findSession, revokeSession } from './session-store.ts';
import { findUser } from './store.ts';

const permissionsSchema = z.array(z.string());

const sessionSchema = z
  .object({
    session_id: idSchema,
    user_id: idSchema,
    account_id: idSchema,
    email: z.string(),
    display_name: z.string(),
    role_code: z.string(),
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

/** The session as its user sees it. Throws unauthorised when it ended just now. */
async function sessionReply(tx: Transaction, reading: Reading, csrfToken: string | null) {
  const { accountId, sessionId, userId } = reading;
  const [session, user] = [await findSession(tx, accountId, sessionId), await findUser(tx, accountId, userId)];
  if (session === undefined || user === undefined) throw platformFailures.unauthorised();
  return {
    session_id: sessionId,
    user_id: userId,
    account_id: accountId,
    email: user.email,
    display_name: user.display_name,
    role_code: user.role_code,
    permissions: sorted(reading.permissions ?? (await permissionsOfCode(tx, accountId, user.role_code))),
    workspaces: (await workspacesOf(tx, reading)).map(({ workspace_id, workspace_name, role_code, permissions }) => ({
      workspace_id,
      workspace_name,
      role_code,
      permissions: sorted(permissions),
    })),
    csrf_token: csrfToken,
    began_at: session.created_at.toISOString(),
    expires_at: session.expires_at.toISOString(),
    idle_seconds: session.kind === 'console' ? CONSOLE_IDLE_SECONDS : null,
  };
}

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
    failures: [identityFailures],
    handle: async ({ services, actor, body, address, requestId, headers, setHeader }) => {
      const rules = services.cookies;
      const { cookie, userId } = await beginConsoleSession(
        services,
        { email: body.email, password: body.password, otp: body.otp, accountId: body.account_id ?? null },
        { client: actor.client, address, requestId },
      );
      const earlier = readCookie(headers.cookie, rules);
      if (earlier !== null) await replaceCookie(services, earlier);
      setHeader('set-cookie', cookieHeader(cookie, CONSOLE_SECONDS, rules));
      const { accountId, sessionId } = cookie;
      return services.database.tenant(accountId, (tx) =>
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
    access: { kind: 'account', permission: null },
    body: z.strictObject({}),
    reply: sessionSchema,
    example: {},
    handle: async ({ services, tx, actor, headers }) => {
      const cookie = headers.authorization === undefined ? readCookie(headers.cookie, services.cookies) : null;
      return sessionReply(tx, actor, cookie === null ? null : csrfTokenOf(cookie));
    },
  }),
  endpoint({
    name: 'sessions.end',
    method: 'DELETE',
    path: '/v1/session',
    summary: 'Sign out',
    description: 'Ends the session in use: its cookie and its tokens are refused from the next call on.',
    access: { kind: 'account', permission: null },
    body: z.strictObject({}),
    reply: z.object({ message: z.string() }),
    example: {},
    audit: 'auth.signed_out',
    handle: async ({ services, tx, actor, headers, setHeader }) => {
      await revokeSession(tx, actor.accountId, actor.sessionId, 'signed out');
      if (headers.authorization === undefined) setHeader('set-cookie', forgetCookieHeader(services.cookies));
      return { message: 'You are signed out.' };
    },
  }),
];
