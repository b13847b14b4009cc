import type { User } from '@nudgescribe/sdk';

export type RoleCode = User['role_code'];
export type WorkspaceRoleCode = Exclude<RoleCode, 'ACCOUNT_ADMIN'>;

export const ROLE_LABELS: Readonly<Record<RoleCode, string>> = {
  ACCOUNT_ADMIN: 'Account administrator',
  WORKSPACE_ADMIN: 'Workspace administrator',
  EDITOR: 'Editor',
  REVIEWER: 'Reviewer',
  VIEWER: 'Viewer',
  API_CLIENT: 'Program',
};

export const ROLE_CHOICES = (Object.keys(ROLE_LABELS) as RoleCode[]).map((value) => ({
  value,
  label: ROLE_LABELS[value],
}));
