import { z } from 'zod';
import { notFound, platformFailures } from '../../platform/errors/platform-failures.ts';
import { EXAMPLE_ID, idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { recordEvent } from '../audit/record-event.ts';
import { endpoint } from '../services.ts';
import { changeUser } from './change-user.ts';
import { acceptPassword, createApiKey, createUser, unknownPassword } from './create-user.ts';
import { identityFailures } from './errors.ts';
import { passwordEndpoints } from './password-endpoints.ts';
import { ROLE_CODES, ROLE_PERMISSIONS, type RoleCode } from './roles.ts';
import { secondFactorEndpoints } from './second-factor-endpoints.ts';
import { otpSchema, passwordSchema } from './second-factor-schemas.ts';
import { sessionEndpoints } from './session-endpoints.ts';
import { refresh, signIn } from './sign-in.ts';
import { type ApiKeyRow, listApiKeys, listUsers, listWorkspaceRoles, lockApiKey, revokeApiKey } from './store.ts';
import { bearerToken } from './tokens.ts';
import { userReply, userSchema, workspaceRolesSchema } from './user.ts';

const failures = [identityFailures];
const emailSchema = z.email('must be an email address').max(254);
const roleSchema = z.enum(ROLE_CODES);
const displayNameSchema = z.string().trim().min(1).max(100);

const pairSchema = z
  .strictObject({
    access_token: z.string(),
    refresh_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.number().int().describe('Seconds.'),
    refresh_expires_in: z.number().int().describe('Seconds.'),
    user_id: idSchema,
    account_id: idSchema,
    role_code: roleSchema,
  })
  .meta({ id: 'TokenPair' });

const standingSchema = z
  .strictObject({ user_id: idSchema, account_id: idSchema, role_code: roleSchema, expires_in: z.number().int() })
  .meta({ id: 'TokenStanding' });

const apiKeySchema = z
  .object({
    api_key_id: idSchema,
    key_name: z.string(),
    key_hint: z.string().describe('The last four characters.'),
    created_by: idSchema,
    created_at: timestampSchema,
    last_used_at: timestampSchema.nullable(),
    revoked_at: timestampSchema.nullable(),
  })
  .meta({ id: 'ApiKey' });

function apiKeyReply(key: ApiKeyRow) {
  return {
    api_key_id: key.api_key_id,
    key_name: key.key_name,
    key_hint: key.key_hint,
    created_by: key.created_by,
    created_at: key.created_at.toISOString(),
    last_used_at: key.last_used_at?.toISOString() ?? null,
    revoked_at: key.revoked_at?.toISOString() ?? null,
  };
}

const nothing = z.strictObject({});

const authEndpoints = [
  endpoint({
    name: 'auth.sign_in',
    method: 'POST',
    path: '/v1/auth',
    summary: 'Sign in with API key, email and password',
    description:
      'A wrong key, an unknown email and a wrong password get one and the same answer. Who has a second factor is asked for `otp` (401) once the password is right.',
    access: { kind: 'api_key' },
    body: z.strictObject({
      email: z.string().min(1).max(254),
      password: passwordSchema,
      otp: otpSchema.optional(),
    }),
    reply: pairSchema,
    example: { email: 'admin@example.com', password: 'a long and secret sentence' },
    transaction: 'own',
    failures,
    handle: ({ services, actor, body, address, requestId }) =>
      // The guard leaves the API key's id where other calls have their session.
      signIn(
        services,
        {
          accountId: actor.accountId,
          apiKeyId: actor.sessionId,
          email: body.email,
          password: body.password,
          otp: body.otp,
        },
        { client: actor.client, address, requestId },
      ),
  }),
  endpoint({
    name: 'auth.refresh',
    method: 'GET',
    path: '/v1/auth',
    summary: 'Exchange a refresh token, or look at an access token',
    description:
      'With a refresh token: a new pair; the old refresh token is spent. With an access token: whose it is and how long it is good for.',
    access: { kind: 'refresh' },
    body: nothing,
    reply: z.union([pairSchema, standingSchema]),
    example: {},
    transaction: 'own',
    handle: async ({ services, actor, headers, address, requestId }) => {
      const claims = await services.tokens.verify(bearerToken(headers.authorization) ?? '');
      if (claims === null) throw platformFailures.unauthorised();
      const roleCode = actor.roleCode as RoleCode;
      if (claims.typ === 'refresh')
        return refresh(services, claims, roleCode, { client: actor.client, address, requestId });
      return {
        user_id: actor.userId,
        account_id: actor.accountId,
        role_code: roleCode,
        expires_in: Math.max(0, claims.exp - Math.floor(services.clock.now().getTime() / 1000)),
      };
    },
  }),
];

const userEndpoints = [
  endpoint({
    name: 'users.create',
    method: 'PUT',
    path: '/v1/user',
    summary: 'Create a user',
    description:
      'Without a password nobody can sign in as this user until one is chosen by a link of PUT /v1/user/link.',
    access: { kind: 'account', permission: 'users.write' },
    body: z.strictObject({
      email: emailSchema,
      password: passwordSchema.optional(),
      role_code: roleSchema,
      display_name: displayNameSchema.optional(),
      workspaces: workspaceRolesSchema.optional(),
    }),
    reply: userSchema,
    example: { email: 'editor@example.com', password: 'a long and secret sentence', role_code: 'EDITOR' },
    transaction: 'own',
    failures,
    handle: async ({ services, actor, body, address, requestId, keepAnswer }) => {
      const { accountId, userId, sessionId, client } = actor;
      const displayName = body.display_name ?? body.email;
      const passwordHash =
        body.password === undefined
          ? await unknownPassword()
          : await acceptPassword(body.password, [body.email, displayName]);
      return services.database.tenant(accountId, async (tx) => {
        const user = await createUser(tx, {
          accountId,
          email: body.email,
          displayName,
          passwordHash,
          roleCode: body.role_code,
          workspaces: body.workspaces ?? null,
          createdBy: userId,
        });
        await recordEvent(tx, {
          accountId,
          action: 'user.created',
          outcome: 'done',
          actorUserId: userId,
          sessionId,
          workspaceId: null,
          objectIds: { user_id: user.user_id, role_code: user.role_code },
          client,
          address,
          requestId,
        });
        const reply = userReply(user, body.workspaces ?? []);
        await keepAnswer(tx, { result: reply });
        return reply;
      });
    },
  }),
  endpoint({
    name: 'users.list',
    method: 'POST',
    path: '/v1/user',
    summary: 'List users, oldest first',
    access: { kind: 'account', permission: 'users.read' },
    body: nothing,
    reply: z.array(userSchema),
    example: {},
    handle: async ({ tx, actor }) => {
      const roles = Map.groupBy(await listWorkspaceRoles(tx, actor.accountId), (role) => role.user_id);
      return (await listUsers(tx, actor.accountId)).map((user) =>
        userReply(
          user,
          (roles.get(user.user_id) ?? []).map(({ workspace_id, role_code }) => ({ workspace_id, role_code })),
        ),
      );
    },
  }),
  endpoint({
    name: 'users.change',
    method: 'PATCH',
    path: '/v1/user',
    summary: 'Change, disable or enable a user',
    description:
      'Takes effect at the next call of the user. Disabling ends all sessions. `workspaces: null` lets role_code hold everywhere again.',
    access: { kind: 'account', permission: 'users.write' },
    body: z.strictObject({
      user_id: idSchema,
      display_name: displayNameSchema.optional(),
      role_code: roleSchema.optional(),
      workspaces: workspaceRolesSchema.nullable().optional(),
      disabled: z.boolean().optional(),
    }),
    reply: userSchema,
    example: { user_id: EXAMPLE_ID, disabled: true },
    audit: 'user.changed',
    failures,
    handle: async ({ services, tx, actor, body, audit }) => {
      const { user_id, ...change } = body;
      const user = await changeUser(
        tx,
        { accountId: actor.accountId, byUserId: actor.userId, userId: user_id, now: services.clock.now() },
        change,
      );
      audit({ user_id, role_code: user.role_code, disabled: user.disabled_at !== null });
      const roles = (await listWorkspaceRoles(tx, actor.accountId))
        .filter((role) => role.user_id === user_id)
        .map(({ workspace_id, role_code }) => ({ workspace_id, role_code }));
      return userReply(user, roles);
    },
  }),
  endpoint({
    name: 'roles.list',
    method: 'POST',
    path: '/v1/role',
    summary: 'List roles and what they may do',
    access: { kind: 'account', permission: null },
    body: nothing,
    reply: z.array(z.object({ role_code: roleSchema, permissions: z.array(z.string()) })),
    example: {},
    handle: async () =>
      ROLE_CODES.map((role_code) => ({ role_code, permissions: [...ROLE_PERMISSIONS[role_code]].sort() })),
  }),
];

const apiKeyEndpoints = [
  endpoint({
    name: 'api_keys.create',
    method: 'PUT',
    path: '/v1/api-key',
    summary: 'Create an API key',
    description: 'The key is shown in this answer and never again.',
    access: { kind: 'account', permission: 'api_keys.write' },
    body: z.strictObject({ key_name: z.string().trim().min(1).max(100) }),
    reply: apiKeySchema.extend({ api_key: z.string() }),
    example: { key_name: 'Nightly import' },
    audit: 'api_key.created',
    failures,
    handle: async ({ tx, actor, body, audit }) => {
      const { key, row } = await createApiKey(tx, {
        accountId: actor.accountId,
        name: body.key_name,
        createdBy: actor.userId,
      });
      audit({ api_key_id: row.api_key_id });
      return { ...apiKeyReply(row), api_key: key };
    },
  }),
  endpoint({
    name: 'api_keys.list',
    method: 'POST',
    path: '/v1/api-key',
    summary: 'List API keys, oldest first',
    access: { kind: 'account', permission: 'api_keys.read' },
    body: nothing,
    reply: z.array(apiKeySchema),
    example: {},
    handle: async ({ tx, actor }) => (await listApiKeys(tx, actor.accountId)).map(apiKeyReply),
  }),
  endpoint({
    name: 'api_keys.revoke',
    method: 'DELETE',
    path: '/v1/api-key',
    summary: 'Revoke an API key',
    description: 'Sessions that were begun with it end at their next call.',
    access: { kind: 'account', permission: 'api_keys.write' },
    body: z.strictObject({ api_key_id: idSchema }),
    reply: apiKeySchema,
    example: { api_key_id: EXAMPLE_ID },
    audit: 'api_key.revoked',
    failures,
    handle: async ({ tx, actor, body, audit }) => {
      const key = isUuid(body.api_key_id) ? await lockApiKey(tx, actor.accountId, body.api_key_id) : undefined;
      if (key === undefined) throw notFound('API key');
      if (key.revoked_at !== null) throw identityFailures.api_key_revoked();
      audit({ api_key_id: body.api_key_id });
      return apiKeyReply((await revokeApiKey(tx, actor.accountId, body.api_key_id)) ?? key);
    },
  }),
];

export const identityEndpoints = [
  ...authEndpoints,
  ...sessionEndpoints,
  ...secondFactorEndpoints,
  ...passwordEndpoints,
  ...userEndpoints,
  ...apiKeyEndpoints,
];
