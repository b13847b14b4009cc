import type { Database, Transaction } from '../../platform/database/database.ts';
import { brokeReference } from '../../platform/database/database-errors.ts';
import { newId, timeOfId } from '../../platform/ids/ids.ts';
import type { AuditRecord } from './event.ts';
import { recordEvent } from './record-event.ts';
import { lockRefusals, wasRefusedSince } from './store.ts';

/** What was refused to whom: the endpoint's name, the failure's code, and ids of what it was about. */
export type Refusal = Pick<
  AuditRecord,
  'accountId' | 'actorUserId' | 'sessionId' | 'workspaceId' | 'client' | 'address' | 'requestId'
> & { call: string; code: string; objectIds?: Record<string, string | number> };

type Manner = {
  /** Not again within the hour where all but client and request are the same: for what goes on asking by itself. */
  onceAnHour?: boolean;
  /** What changes with the refusal, in the transaction of its event. */
  alsoDo?: (tx: Transaction) => Promise<unknown>;
};

const HOUR_MS = 60 * 60 * 1_000;

/** Writes the event of a refused authorisation, in a transaction of its own as that of the call has ended or never began. */
export async function recordRefusal(database: Database, refusal: Refusal, manner: Manner = {}): Promise<void> {
  const { call, code, objectIds, ...who } = refusal;
  const event = {
    ...who,
    action: 'access.refused',
    outcome: 'refused' as const,
    objectIds: { call, code, ...objectIds },
  };
  await database
    .tenant(refusal.accountId, async (tx) => {
      await manner.alsoDo?.(tx);
      if (manner.onceAnHour === true) {
        const alike = { ...event, objectIds: JSON.stringify(event.objectIds) };
        // Of two that come at once the second sees the first one's event.
        await lockRefusals(tx, alike);
        // By the clock that events are dated by.
        if (await wasRefusedSince(tx, alike, new Date(timeOfId(newId()).getTime() - HOUR_MS))) return;
      }
      await recordEvent(tx, event);
    })
    .catch((error: unknown) => {
      // The account that a token or a link names may be gone from this database: then there is no log to write to.
      if (!brokeReference(error)) throw error;
    });
}
