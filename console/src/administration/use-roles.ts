import { useQuery } from '@tanstack/react-query';
import { client } from '../api/client.ts';

export const ACCOUNT_ADMIN = 'ACCOUNT_ADMIN';

export type Roles = {
  /** The role's name; its code where the list has not come yet. */
  nameOf(code: string): string;
  choices: { value: string; label: string }[];
};

/** The built-in roles and the account's own. */
export function useRoles(): Roles {
  const { data = [] } = useQuery({ queryKey: ['roles'], queryFn: () => client.roles.list() });
  return {
    nameOf: (code) => data.find((role) => role.role_code === code)?.role_name ?? code,
    choices: data.map(({ role_code, role_name }) => ({ value: role_code, label: role_name })),
  };
}
