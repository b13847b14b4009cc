import { z } from 'zod';
import type { Transaction } from '../../platform/database/database.ts';
import { idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { standingOf } from '../second-factor/second-factor.ts';
import { endpoint } from '../services.ts';
import { accountFailures } from './errors.ts';
import { findAccountRules, setSecondFactorRequired } from './store.ts';

const accountSchema = z
  .object({
    account_id: idSchema,
    account_name: z.string(),
    created_at: timestampSchema,
    second_factor_required: z
      .boolean()
      .describe('Everybody but service users must have a second factor, and can do nothing else before it is set up.'),
    people: z.number().int().describe('Users who are neither disabled nor service users.'),
    people_without_second_factor: z.number().int(),
  })
  .meta({ id: 'Account' });

async function accountReply(tx: Transaction, accountId: string) {
  const { created_at, ...account } = await findAccountRules(tx, accountId);
  return { ...account, created_at: created_at.toISOString() };
}

/** The account itself, and the rules that hold for all of it. */
export const accountEndpoints = [
  endpoint({
    name: 'account.get',
    method: 'POST',
    path: '/v1/account',
    summary: 'Look at the account and its rules',
    access: { kind: 'account', permission: 'users.read' },
    body: z.strictObject({}),
    reply: accountSchema,
    example: {},
    handle: ({ tx, actor }) => accountReply(tx, actor.accountId),
  }),
  endpoint({
    name: 'account.change',
    method: 'PATCH',
    path: '/v1/account',
    summary: "Change the account's rules",
    description:
      'second_factor_required takes effect at the next call of everybody, also of those who are signed in: who has no second factor gets 403 `second_factor_demanded` from every call but those that set one up. Service users are not concerned. Whoever turns it on needs a second factor.',
    access: { kind: 'account', permission: 'account.configure' },
    body: z.strictObject({ second_factor_required: z.boolean() }),
    reply: accountSchema,
    example: { second_factor_required: true },
    audit: 'account.changed',
    failures: [accountFailures],
    handle: async ({ tx, actor, body, audit }) => {
      const { accountId, userId } = actor;
      if (body.second_factor_required && !(await standingOf(tx, accountId, userId)).is_on)
        throw accountFailures.own_second_factor_first();
      await setSecondFactorRequired(tx, accountId, body.second_factor_required);
      audit({ second_factor_required: body.second_factor_required });
      return accountReply(tx, accountId);
    },
  }),
];
