import { z } from 'zod';
import { idSchema, timestampSchema } from '../../platform/http/schemas.ts';

export type WorkspaceRole = { workspace_id: string; role_code: string };

export type UserRow = {
  account_id: string;
  user_id: string;
  email: string;
  display_name: string;
  password_hash: string;
  role_code: string;
  all_workspaces: boolean;
  disabled_at: Date | null;
  created_by: string;
  created_at: Date;
  updated_at: Date;
};

/** A program's user, as opposed to a person's: it signs in with an API key only, and holds no authenticator app. */
export function isServiceUser({ role_code }: Pick<UserRow, 'role_code'>): boolean {
  return role_code === 'API_CLIENT';
}

/** A built-in role, or one that the account made: POST /v1/role lists them. */
export const roleCodeSchema = z
  .string()
  .min(1)
  .max(60)
  .describe('A built-in role, or one of your own: POST /v1/role lists them.');

/** The roles a user may hold in single workspaces: administration of the account is not one. */
export const workspaceRolesSchema = z
  .array(
    z.strictObject({
      workspace_id: idSchema,
      role_code: roleCodeSchema.refine(
        (code) => code !== 'ACCOUNT_ADMIN',
        'is a role of the account, not of a workspace',
      ),
    }),
  )
  .min(1)
  .max(1_000)
  .describe('Limits the user to these workspaces, each with its role. Without it role_code holds in every workspace.');

export const userSchema = z
  .object({
    user_id: idSchema,
    account_id: idSchema,
    email: z.string(),
    display_name: z.string(),
    role_code: z.string(),
    workspaces: z.array(z.object({ workspace_id: idSchema, role_code: z.string() })).nullable(),
    disabled: z.boolean(),
    has_second_factor: z.boolean(),
    created_by: idSchema,
    created_at: timestampSchema,
    updated_at: timestampSchema,
  })
  .meta({ id: 'User' });

/** The user as administrators see it: never a hash. */
export function userReply(user: UserRow, workspaces: WorkspaceRole[], hasSecondFactor: boolean) {
  return {
    user_id: user.user_id,
    account_id: user.account_id,
    email: user.email,
    display_name: user.display_name,
    role_code: user.role_code,
    workspaces: user.all_workspaces ? null : workspaces,
    disabled: user.disabled_at !== null,
    has_second_factor: hasSecondFactor,
    created_by: user.created_by,
    created_at: user.created_at.toISOString(),
    updated_at: user.updated_at.toISOString(),
  };
}
