import { newId } from '../../platform/ids/ids.ts';
import { recordCall } from '../audit/record-call.ts';
import { requireGroup } from '../groups/find-group.ts';
import { queueJob } from '../jobs/queue-job.ts';
import type { ProductCall, Services } from '../services.ts';
import { countUsage, requireQuota } from '../usage/count-usage.ts';
import type { ImportContent } from './content.ts';
import { sealFieldMap, sealHeader } from './failed-row.ts';
import { type ImportReply, importReply } from './import.ts';
import type { ImportContext } from './import-context.ts';
import type { ImportOptions } from './import-options.ts';
import { CUSTOMER_IMPORT } from './run-import.ts';
import { findImport, insertImport } from './store.ts';

export type CheckRequest = {
  workspaceId: string;
  groupId: string;
  options: ImportOptions;
  repairsImportId: string | null;
};

export type Caller = Pick<ProductCall<unknown>, 'actor' | 'address' | 'requestId' | 'keepAnswer'> & {
  services: Services;
};

/** What every new import is recorded with, however it will be run. */
export function newImport(
  caller: Caller,
  request: CheckRequest,
  content: ImportContent,
  context: ImportContext,
  header: readonly string[] | null,
  importId: string,
) {
  const place = { accountId: caller.actor.accountId, workspaceId: request.workspaceId, importId };
  const { field_map, ...options } = request.options;
  return {
    ...place,
    groupId: request.groupId,
    options,
    plan: context.plan,
    sealedHeader:
      header === null ? sealFieldMap(context.keys, place, field_map) : sealHeader(context.keys, place, header),
    contentKind: content.kind,
    contentBytes: content.bytes,
    contentHash: content.hash,
    repairsImportId: request.repairsImportId,
    createdBy: caller.actor.userId,
  };
}

/** Makes the content durable, then records and queues the import in one transaction. */
export async function queueImport(
  caller: Caller,
  request: CheckRequest,
  content: ImportContent,
  context: ImportContext,
  header: readonly string[] | null,
): Promise<ImportReply> {
  const { services, actor } = caller;
  const { accountId } = actor;
  const durable = await content.makeDurable();
  let isDecided = false;
  try {
    const row = await services.database.tenant(accountId, async (tx) => {
      await requireGroup(tx, accountId, request.workspaceId, request.groupId);
      // How many rows there are is not known yet: what is beyond the quota is refused when they are applied.
      await requireQuota(services, tx, accountId, {
        imports: 1,
        imported_rows: request.options.validate_only ? 0 : 1,
      });
      const importId = newId();
      const jobId = await queueJob(services.queue, tx, {
        accountId,
        workspaceId: request.workspaceId,
        kind: CUSTOMER_IMPORT,
        subject: { import_id: importId },
        createdBy: actor.userId,
        total: content.bytes * 2,
      });
      await insertImport(tx, {
        ...newImport(caller, request, content, context, header, importId),
        status: 'queued',
        objectKey: durable.objectKey,
        jobId,
      });
      await recordCall(tx, caller, 'customers.import_queued', request.workspaceId, {
        import_id: importId,
        job_id: jobId,
        customer_group_id: request.groupId,
      });
      await countUsage(services, tx, accountId, { imports: 1 });
      const made = await findImport(tx, accountId, importId);
      if (made === undefined) throw new Error('The import was not returned.');
      await caller.keepAnswer(tx, { result: importReply(made) });
      isDecided = true;
      return made;
    });
    durable.keep();
    return importReply(row);
  } catch (error) {
    // Where the connection died over the commit nobody knows whether the import is there. If it is not, the sweep finds the object.
    if (isDecided) durable.keep();
    else await durable.drop();
    throw error;
  }
}
