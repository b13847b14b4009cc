import { z } from 'zod';
import { EXAMPLE_ID, idSchema, pageSchema, pageSizeSchema } from '../../platform/http/schemas.ts';
import { recordCall } from '../audit/record-call.ts';
import { roleFailures } from '../roles/errors.ts';
import { visibleWorkspaces } from '../roles/permission.ts';
import { holdersOfSecondFactor, standingOf } from '../second-factor/second-factor.ts';
import { endpoint } from '../services.ts';
import { actorNow } from './actor-now.ts';
import { changeUser, deleteUser } from './change-user.ts';
import { acceptPassword, createUser, unknownPassword } from './create-user.ts';
import { identityFailures } from './errors.ts';
import { requireGranting } from './granting.ts';
import { passwordSchema } from './second-factor-schemas.ts';
import { listUsers, listWorkspaceRoles } from './store.ts';
import { roleCodeSchema, userReply, userSchema, workspaceRolesSchema } from './user.ts';

const failures = [identityFailures, roleFailures];
const emailSchema = z.email('must be an email address').max(254);
const displayNameSchema = z.string().trim().min(1).max(100);

/** Who may sign in, and what they may do. */
export const userEndpoints = [
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
      role_code: roleCodeSchema,
      display_name: displayNameSchema.optional(),
      workspaces: workspaceRolesSchema.optional(),
    }),
    reply: userSchema,
    example: { email: 'editor@example.com', password: 'a long and secret sentence', role_code: 'EDITOR' },
    transaction: 'own',
    failures,
    handle: async (call) => {
      const { services, body } = call;
      const { accountId, userId } = call.actor;
      const displayName = body.display_name ?? body.email;
      const passwordHash =
        body.password === undefined
          ? await unknownPassword()
          : await acceptPassword(body.password, [body.email, displayName]);
      return services.database.tenant(accountId, async (tx) => {
        const actor = await actorNow(tx, call.actor, services.clock.now(), 'users.write');
        const roles = body.workspaces ?? null;
        await requireGranting(tx, actor, body.role_code, roles);
        const user = await createUser(tx, {
          accountId,
          email: body.email,
          displayName,
          passwordHash,
          roleCode: body.role_code,
          workspaces: roles === null ? null : { roles, known: new Set(await visibleWorkspaces(tx, actor)) },
          createdBy: userId,
        });
        await recordCall(tx, call, 'user.created', null, { user_id: user.user_id, role_code: user.role_code });
        const reply = userReply(user, roles ?? [], false);
        await call.keepAnswer(tx, { result: reply });
        return reply;
      });
    },
  }),
  endpoint({
    name: 'users.list',
    method: 'POST',
    path: '/v1/user',
    summary: 'List users, oldest first',
    description: 'The call is audited.',
    access: { kind: 'account', permission: 'users.read' },
    body: z.strictObject({ page: pageSchema, page_size: pageSizeSchema }),
    reply: z.array(userSchema),
    example: {},
    transaction: 'write',
    handle: async (call) => {
      const { tx, actor, body } = call;
      const limit = body.page_size ?? 100;
      const users = await listUsers(tx, actor.accountId, { limit, offset: ((body.page ?? 1) - 1) * limit });
      const ids = users.map((user) => user.user_id);
      const holders = await holdersOfSecondFactor(tx, actor.accountId, ids);
      const roles = Map.groupBy(await listWorkspaceRoles(tx, actor.accountId, ids), (role) => role.user_id);
      await recordCall(tx, call, 'users.listed', null, { page: body.page ?? 1, users: users.length });
      return users.map((user) =>
        userReply(
          user,
          (roles.get(user.user_id) ?? []).map(({ workspace_id, role_code }) => ({ workspace_id, role_code })),
          holders.has(user.user_id),
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
      role_code: roleCodeSchema.optional(),
      workspaces: workspaceRolesSchema.nullable().optional(),
      disabled: z.boolean().optional(),
    }),
    reply: userSchema,
    example: { user_id: EXAMPLE_ID, disabled: true },
    audit: 'user.changed',
    failures,
    handle: async ({ services, tx, actor, body, audit }) => {
      const { user_id, ...change } = body;
      const user = await changeUser(tx, { actor, userId: user_id, now: services.clock.now() }, change);
      audit({ user_id, role_code: user.role_code, disabled: user.disabled_at !== null });
      const roles = (await listWorkspaceRoles(tx, actor.accountId, [user_id])).map(({ workspace_id, role_code }) => ({
        workspace_id,
        role_code,
      }));
      const { is_on: hasSecondFactor } = await standingOf(tx, actor.accountId, user_id);
      return userReply(user, roles, hasSecondFactor);
    },
  }),
  endpoint({
    name: 'users.delete',
    method: 'DELETE',
    path: '/v1/user',
    summary: 'Delete a user',
    description:
      "The user's name, email, sessions and second factor are gone; what the user made stays, with the user's id. Disable a user instead to keep them.",
    access: { kind: 'account', permission: 'users.write' },
    body: z.strictObject({ user_id: idSchema }),
    reply: z.object({ message: z.string(), user_id: idSchema }),
    example: { user_id: EXAMPLE_ID },
    audit: 'user.deleted',
    failures,
    handle: async ({ services, tx, actor, body, audit }) => {
      await deleteUser(tx, { actor, userId: body.user_id, now: services.clock.now() });
      audit({ user_id: body.user_id });
      return { message: 'The user is deleted.', user_id: body.user_id };
    },
  }),
];
