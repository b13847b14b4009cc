import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import { insertEvent } from './store.ts';

export type AuditRecord = {
  accountId: string;
  action: string;
  outcome: 'done' | 'refused';
  actorUserId: string | null;
  sessionId: string | null;
  workspaceId: string | null;
  /** Ids, counts and codes; never personal data. */
  objectIds: Record<string, unknown>;
  client: string | null;
  address: string | null;
  requestId: string;
};

/** Appends one event, in the transaction of the change that it tells of. */
export async function recordEvent(tx: Transaction, event: AuditRecord): Promise<void> {
  await insertEvent(tx, newId(), event);
}
