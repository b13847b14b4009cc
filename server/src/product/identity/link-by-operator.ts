import { recordByOperator } from '../audit/record-by-operator.ts';
import { dropSecondFactor } from '../second-factor/second-factor.ts';
import type { Services } from '../services.ts';
import { linkPath, makeLink } from './password-link.ts';
import { revokeSessionsOf } from './session-store.ts';
import { findEmailOwners, lockUser } from './store.ts';

const HOUR_MS = 60 * 60 * 1_000;
const ACCOUNTS_TOLD = 20;

export type OperatorLink =
  | { kind: 'made'; path: string; expiresAt: Date }
  | { kind: 'unknown' }
  | { kind: 'disabled' }
  | { kind: 'several'; accounts: string[] };

/**
 * A one-time link made by who runs the server, good for an hour, for instance for the only administrator. On demand the
 * second factor is taken away too, which ends the user's sessions.
 */
export async function linkByOperator(
  services: Pick<Services, 'database' | 'clock'>,
  wish: { email: string; accountId: string | null; dropSecondFactor: boolean },
): Promise<OperatorLink> {
  const { database, clock } = services;
  const owners = await database.acrossAccounts((tx) => findEmailOwners(tx, wish.email, ACCOUNTS_TOLD, wish.accountId));
  const [owner] = owners;
  if (owner === undefined) return { kind: 'unknown' };
  if (owners.length > 1) return { kind: 'several', accounts: owners.map(({ account_id }) => account_id) };
  const { account_id: accountId, user_id: userId } = owner;
  return database.tenant(accountId, async (tx) => {
    const user = await lockUser(tx, accountId, userId);
    if (user === undefined) return { kind: 'unknown' };
    if (user.disabled_at !== null) return { kind: 'disabled' };
    const dropped = wish.dropSecondFactor && (await dropSecondFactor(tx, accountId, userId));
    if (dropped) await revokeSessionsOf(tx, accountId, userId, 'second factor reset');
    const expiresAt = new Date(clock.now().getTime() + HOUR_MS);
    const token = await makeLink(tx, { accountId, userId, createdBy: userId, expiresAt });
    await recordByOperator(tx, {
      accountId,
      action: 'user.invited',
      objectIds: { user_id: userId, second_factor_reset: dropped },
    });
    return { kind: 'made', path: linkPath(token), expiresAt };
  });
}
