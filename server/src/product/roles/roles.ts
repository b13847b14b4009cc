/** `account` permissions hold for the account, `workspace` ones in a workspace. */
export const ACCOUNT_PERMISSIONS = [
  'workspaces.read',
  'workspaces.write',
  'users.read',
  'users.write',
  'api_keys.read',
  'api_keys.write',
  'campaigns.read_all',
  'audit.read',
  'usage.read',
  'roles.write',
  'account.configure',
] as const;
export const WORKSPACE_PERMISSIONS = [
  'workspaces.configure',
  'groups.read',
  'groups.write',
  'fields.read',
  'fields.write',
  'customers.read',
  'customers.decrypt',
  'customers.write',
  'customers.delete',
  'customers.export',
  'suppression.write',
  'jobs.read',
  'jobs.write',
  'campaigns.read',
  'campaigns.write',
  'campaigns.generate',
  'model_calls.read',
  'messages.read',
  'messages.edit',
  'messages.review',
  'messages.preview',
  'campaigns.approve',
  'messages.publish',
  'messages.fetch',
  'reruns.read',
  'reruns.write',
] as const;

export type AccountPermission = (typeof ACCOUNT_PERMISSIONS)[number];
export type WorkspacePermission = (typeof WORKSPACE_PERMISSIONS)[number];
export type Permission = AccountPermission | WorkspacePermission;

export const ROLE_CODES = ['ACCOUNT_ADMIN', 'WORKSPACE_ADMIN', 'EDITOR', 'REVIEWER', 'VIEWER', 'API_CLIENT'] as const;
export type RoleCode = (typeof ROLE_CODES)[number];
/** The code of every role that an account made begins so. */
export const CUSTOM_PREFIX = 'CUSTOM_';

/**
 * Of the account's, those that show nothing but the workspaces which their caller sees. The others reach beyond any single
 * workspace, so that a key which names workspaces lets nobody have them.
 */
export const KEEPING_TO_WORKSPACES: readonly AccountPermission[] = ['workspaces.read', 'campaigns.read_all'];
const BEYOND_WORKSPACES: ReadonlySet<string> = new Set(
  ACCOUNT_PERMISSIONS.filter((permission) => !KEEPING_TO_WORKSPACES.includes(permission)),
);

export function reachesBeyondWorkspaces(permission: Permission): boolean {
  return BEYOND_WORKSPACES.has(permission);
}

const READING: readonly Permission[] = [
  'workspaces.read',
  'campaigns.read_all',
  'groups.read',
  'fields.read',
  'customers.read',
  'jobs.read',
  'campaigns.read',
  'messages.read',
  'reruns.read',
];
const REVIEWING: readonly Permission[] = [
  ...READING,
  'messages.preview',
  'messages.edit',
  'messages.review',
  'campaigns.approve',
];
const EDITING: readonly Permission[] = [
  ...READING,
  'messages.preview',
  'groups.write',
  'fields.write',
  'customers.write',
  'jobs.write',
  'campaigns.write',
  'campaigns.generate',
  'messages.edit',
  'reruns.write',
];
const WORKSPACE_ALL: readonly Permission[] = [...WORKSPACE_PERMISSIONS, 'workspaces.read', 'campaigns.read_all'];

/** What each role may do: account-level permissions through the user's own role, the others in the workspaces it holds in. */
export const ROLE_PERMISSIONS: Readonly<Record<RoleCode, ReadonlySet<Permission>>> = {
  ACCOUNT_ADMIN: new Set([...ACCOUNT_PERMISSIONS, ...WORKSPACE_PERMISSIONS]),
  WORKSPACE_ADMIN: new Set(WORKSPACE_ALL),
  EDITOR: new Set(EDITING),
  REVIEWER: new Set(REVIEWING),
  VIEWER: new Set(READING),
  // An integrator's program: everything of the documented client API, and no say in the workspace's rules.
  API_CLIENT: new Set(WORKSPACE_ALL.filter((permission) => permission !== 'workspaces.configure')),
};

const isBuiltIn = (roleCode: string): roleCode is RoleCode => Object.hasOwn(ROLE_PERMISSIONS, roleCode);

/** What a role lets do; `custom` are the stored permissions of a role that the account made. Unknown ones let do nothing. */
export function permissionsOfRole(roleCode: string, custom: readonly string[] | null): ReadonlySet<Permission> {
  if (isBuiltIn(roleCode)) return ROLE_PERMISSIONS[roleCode];
  return new Set((custom ?? []).filter(isPermission));
}

/** Every permission there is. */
export const PERMISSIONS: ReadonlySet<string> = new Set([...ACCOUNT_PERMISSIONS, ...WORKSPACE_PERMISSIONS]);

export function isPermission(text: string): text is Permission {
  return PERMISSIONS.has(text);
}
