import { describeError } from '../../platform/log/log.ts';
import { everyAccount } from './every-account.ts';
import { linkEvents, raiseAnchor, type TrailParts } from './link-events.ts';
import { accountsToLink } from './store.ts';

const EVERY_MS = 1_000;
const MAX_ACCOUNTS = 10_000;

export type TrailKeeper = {
  /** Links what waits now, in every account. */
  linkAll(): Promise<void>;
  /** Stops, after linking what waits. */
  stop(): Promise<void>;
};

/** Links events once a second for as long as the process runs. One account's trouble does not keep the others waiting. */
export function createTrailKeeper(parts: TrailParts): TrailKeeper {
  let running: Promise<void> | null = null;

  const each = async (accounts: readonly string[], work: (accountId: string) => Promise<unknown>) => {
    for (const accountId of accounts)
      await work(accountId).catch((error) =>
        parts.log.warn('audit_linking_failed', { account_id: accountId, ...describeError(error) }),
      );
  };

  async function linkAll(): Promise<void> {
    const accounts = await parts.database.acrossAccounts((tx) => accountsToLink(tx, MAX_ACCOUNTS));
    await each(accounts, (accountId) => linkEvents(parts, accountId));
  }

  /** One at a time in this process: a slow round is not overtaken by the next. */
  function round(): Promise<void> {
    running ??= linkAll()
      .catch((error) => parts.log.warn('audit_linking_failed', describeError(error)))
      .finally(() => {
        running = null;
      });
    return running;
  }

  // A kill between a checkpoint and its anchor leaves the anchor one behind.
  const anchored = everyAccount(parts)
    .then((accounts) => each(accounts, (accountId) => raiseAnchor(parts, accountId)))
    .catch((error) => parts.log.warn('audit_linking_failed', describeError(error)));
  const timer = setInterval(round, EVERY_MS);

  return {
    linkAll,
    stop: async () => {
      clearInterval(timer);
      await anchored;
      await running;
      await round();
    },
  };
}
