import { platformFailures } from '../errors/platform-failures.ts';

/** Gives the turn back. */
export type EndTurn = () => void;

export type Turns = {
  /** Waits until one more call of this account may work. Throws too_many_at_once (429) when too many wait already. */
  take(account: string): Promise<EndTurn>;
};

type Line = { working: number; waiting: (() => void)[] };

const WAITING_AT_MOST = 1_000;
const RETRY_AFTER_SECONDS = 1;

/**
 * How many calls of one account work at a time: an account that sends a thousand at once fills its own line, and leaves
 * the database's connections to the others. Calls of one account keep their order.
 */
export function createTurns(atOnce: number, waitingAtMost = WAITING_AT_MOST): Turns {
  const lines = new Map<string, Line>();

  function end(account: string, line: Line): EndTurn {
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const next = line.waiting.shift();
      if (next !== undefined) return next();
      line.working -= 1;
      if (line.working === 0) lines.delete(account);
    };
  }

  return {
    take: async (account) => {
      let line = lines.get(account);
      if (line === undefined) {
        line = { working: 0, waiting: [] };
        lines.set(account, line);
      }
      if (line.working < atOnce) {
        line.working += 1;
        return end(account, line);
      }
      const { waiting } = line;
      if (waiting.length >= waitingAtMost)
        throw platformFailures.too_many_at_once({ retryAfterSeconds: RETRY_AFTER_SECONDS });
      // Whoever ends hands the turn on: the number of those at work stays.
      await new Promise<void>((resolve) => waiting.push(resolve));
      return end(account, line);
    },
  };
}
