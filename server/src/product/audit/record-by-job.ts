import type { Transaction } from '../../platform/database/database.ts';
import { NO_SUCH_ID } from '../../platform/http/schemas.ts';
import { newId } from '../../platform/ids/ids.ts';
import type { AuditRecord } from './event.ts';
import { recordEvent } from './record-event.ts';

/**
 * Writes the event of what a job does to a workspace: whoever asked for the job acts, nobody where the server did, and no
 * call is made.
 */
export function recordByJob(
  tx: Transaction,
  job: { account_id: string; workspace_id: string; created_by: string },
  { action, objectIds }: Pick<AuditRecord, 'action' | 'objectIds'>,
): Promise<void> {
  return recordEvent(tx, {
    accountId: job.account_id,
    action,
    outcome: 'done',
    actorUserId: job.created_by === NO_SUCH_ID ? null : job.created_by,
    sessionId: null,
    workspaceId: job.workspace_id,
    objectIds,
    client: null,
    address: null,
    requestId: newId(),
  });
}
