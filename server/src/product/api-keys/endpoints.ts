import { z } from 'zod';
import type { Transaction } from '../../platform/database/database.ts';
import { notFound } from '../../platform/errors/platform-failures.ts';
import type { Actor } from '../../platform/http/endpoint.ts';
import { EXAMPLE_ID, idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { roleFailures } from '../roles/errors.ts';
import { requireHolding, visibleWorkspaces } from '../roles/permission.ts';
import { ACCOUNT_PERMISSIONS, KEEPING_TO_WORKSPACES, PERMISSIONS, WORKSPACE_PERMISSIONS } from '../roles/roles.ts';
import { endpoint } from '../services.ts';
import { createApiKey } from './create-api-key.ts';
import { apiKeyFailures } from './errors.ts';
import { requireHoldingFreed } from './setting-free.ts';
import { type ApiKeyRow, type KeyLimits, listApiKeys, lockApiKey, revokeApiKey, updateApiKey } from './store.ts';

const failures = [apiKeyFailures, roleFailures];
const nameSchema = z.string().trim().min(1).max(100);
const limits = {
  permissions: z
    .array(z.enum([...ACCOUNT_PERMISSIONS, ...WORKSPACE_PERMISSIONS]))
    .min(1)
    .max(100)
    .nullable()
    .optional()
    .describe('What those who sign in by this key may do, within what their role lets them. Without it, all of that.'),
  workspace_ids: z
    .array(idSchema)
    .min(1)
    .max(1_000)
    .nullable()
    .optional()
    .describe(
      `The workspaces that the key reaches. Without it, all that the user sees. With it, nothing beyond them is reached, whatever the role: of the permissions for the account only ${KEEPING_TO_WORKSPACES.join(' and ')} are left, which show these workspaces alone.`,
    ),
  expires_at: timestampSchema.nullable().optional().describe('When the key ends. Without it, when it is revoked.'),
};

const apiKeySchema = z
  .object({
    api_key_id: idSchema,
    key_name: z.string(),
    key_hint: z.string().describe('The last four characters.'),
    permissions: z.array(z.string()).nullable(),
    workspace_ids: z.array(idSchema).nullable(),
    expires_at: timestampSchema.nullable(),
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
    permissions: key.permissions,
    workspace_ids: key.workspace_ids,
    expires_at: key.expires_at?.toISOString() ?? null,
    created_by: key.created_by,
    created_at: key.created_at.toISOString(),
    last_used_at: key.last_used_at?.toISOString() ?? null,
    revoked_at: key.revoked_at?.toISOString() ?? null,
  };
}

type Wish = {
  permissions?: string[] | null | undefined;
  workspace_ids?: string[] | null | undefined;
  expires_at?: string | null | undefined;
};

/** A caller who came by a key of some permissions rules over none that lets do more. By one of some workspaces nobody comes here. */
function requireWithin({ scope }: Actor, { permissions }: KeyLimits): void {
  if (scope.permissions === null) return;
  requireHolding(scope.permissions, permissions ?? PERMISSIONS);
}

const UNLIMITED: KeyLimits = { permissions: null, workspace_ids: null, expires_at: null };

/** The limits that are wished for; of a key that is there, the others stay. `key` is null for a new one. */
async function limitsOf(
  tx: Transaction,
  actor: Actor,
  wish: Wish,
  key: KeyLimits | null,
  now: Date,
): Promise<KeyLimits> {
  const before = key ?? UNLIMITED;
  const expiresAt =
    wish.expires_at === undefined ? before.expires_at : wish.expires_at === null ? null : new Date(wish.expires_at);
  if (wish.expires_at !== undefined && expiresAt !== null && expiresAt <= now) throw apiKeyFailures.api_key_over();
  if (wish.workspace_ids != null) {
    const visible = new Set(await visibleWorkspaces(tx, actor));
    if (!wish.workspace_ids.every((id) => visible.has(id))) throw apiKeyFailures.unknown_key_workspace();
  }
  const unique = (list: string[] | null) => (list === null ? null : [...new Set(list)]);
  const made = {
    permissions: unique(wish.permissions === undefined ? before.permissions : wish.permissions),
    workspace_ids: unique(wish.workspace_ids === undefined ? before.workspace_ids : wish.workspace_ids),
    expires_at: expiresAt,
  };
  await requireHoldingFreed(tx, actor, key, made);
  return made;
}

const told = ({ permissions, workspace_ids, expires_at }: KeyLimits) => ({
  ...(permissions === null ? {} : { permissions }),
  ...(workspace_ids === null ? {} : { workspace_ids }),
  ...(expires_at === null ? {} : { expires_at: expires_at.toISOString() }),
});

export const apiKeyEndpoints = [
  endpoint({
    name: 'api_keys.create',
    method: 'PUT',
    path: '/v1/api-key',
    summary: 'Create an API key',
    description:
      'The key is shown in this answer and never again. Nobody makes a key that lets do more than they may do themselves.',
    access: { kind: 'account', permission: 'api_keys.write' },
    body: z.strictObject({ key_name: nameSchema, ...limits }),
    reply: apiKeySchema.extend({ api_key: z.string() }),
    answersSecret: true,
    example: { key_name: 'Nightly import', permissions: ['customers.write', 'groups.read', 'jobs.read'] },
    audit: 'api_key.created',
    failures,
    handle: async ({ services, tx, actor, body, audit }) => {
      const { key, row } = await createApiKey(tx, {
        accountId: actor.accountId,
        name: body.key_name,
        createdBy: actor.userId,
        limits: await limitsOf(tx, actor, body, null, services.clock.now()),
      });
      audit({ api_key_id: row.api_key_id, ...told(row) });
      return { ...apiKeyReply(row), api_key: key };
    },
  }),
  endpoint({
    name: 'api_keys.list',
    method: 'POST',
    path: '/v1/api-key',
    summary: 'List API keys, oldest first',
    access: { kind: 'account', permission: 'api_keys.read' },
    body: z.strictObject({}),
    reply: z.array(apiKeySchema),
    example: {},
    handle: async ({ tx, actor }) => (await listApiKeys(tx, actor.accountId)).map(apiKeyReply),
  }),
  endpoint({
    name: 'api_keys.change',
    method: 'PATCH',
    path: '/v1/api-key',
    summary: 'Rename an API key, or change its limits',
    description:
      'Holds at the next call of every session that was begun with it. null takes a limit away. What this sets free, also by a later end, takes holding it where the key reaches.',
    access: { kind: 'account', permission: 'api_keys.write' },
    body: z.strictObject({ api_key_id: idSchema, key_name: nameSchema.optional(), ...limits }),
    reply: apiKeySchema,
    example: { api_key_id: EXAMPLE_ID, key_name: 'Hourly import' },
    audit: 'api_key.changed',
    failures,
    handle: async ({ services, tx, actor, body, audit }) => {
      const key = isUuid(body.api_key_id) ? await lockApiKey(tx, actor.accountId, body.api_key_id) : undefined;
      if (key === undefined) throw notFound('API key');
      if (key.revoked_at !== null) throw apiKeyFailures.api_key_revoked();
      requireWithin(actor, key);
      const made = await limitsOf(tx, actor, body, key, services.clock.now());
      const row =
        (await updateApiKey(tx, actor.accountId, {
          api_key_id: key.api_key_id,
          key_name: body.key_name ?? key.key_name,
          ...made,
        })) ?? key;
      audit({ api_key_id: row.api_key_id, ...told(row) });
      return apiKeyReply(row);
    },
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
      if (key.revoked_at !== null) throw apiKeyFailures.api_key_revoked();
      requireWithin(actor, key);
      audit({ api_key_id: body.api_key_id });
      return apiKeyReply((await revokeApiKey(tx, actor.accountId, body.api_key_id)) ?? key);
    },
  }),
];
