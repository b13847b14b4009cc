import type { User } from '@nudgescribe/sdk';
import { client } from '../api/client.ts';

const PAGE_SIZE = 1_000;

export const USERS_KEY = ['users'];

/** Everybody in the account, oldest first. */
export async function allUsers(): Promise<User[]> {
  const users: User[] = [];
  for (let page = 1; ; page += 1) {
    const some = await client.users.list({ page, page_size: PAGE_SIZE });
    users.push(...some);
    if (some.length < PAGE_SIZE) return users;
  }
}
