import { z } from 'zod';
import type { Transaction } from '../../platform/database/database.ts';
import { notFound } from '../../platform/errors/platform-failures.ts';
import type { Actor } from '../../platform/http/endpoint.ts';
import { EXAMPLE_ID, idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { recordCall } from '../audit/record-call.ts';
import { hasPermission } from '../roles/permission.ts';
import { endpoint } from '../services.ts';
import { cancelJob } from './cancel.ts';
import { jobFailures } from './errors.ts';
import { JOB_STATUSES, type JobRow, jobReply } from './job.ts';
import { findJobAnywhere } from './store.ts';

const jobSchema = z
  .object({
    job_id: idSchema,
    kind: z.string(),
    status: z.enum(JOB_STATUSES),
    progress: z.object({ done: z.number(), total: z.number() }),
    result: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('What the work came to, once completed. Its keys depend on the kind.'),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    created_at: timestampSchema,
    updated_at: timestampSchema,
  })
  .meta({ id: 'Job' });

const body = z.strictObject({ workspace_id: idSchema.optional(), job_id: idSchema });
const example = { workspace_id: EXAMPLE_ID, job_id: EXAMPLE_ID };

/** The job, in the workspace that is named or in any where the caller may do this. Throws not_found. */
async function requireJob(
  tx: Transaction,
  actor: Actor,
  wish: z.output<typeof body>,
  permission: 'jobs.read' | 'jobs.write',
): Promise<JobRow> {
  const job = isUuid(wish.job_id) ? await findJobAnywhere(tx, actor.accountId, wish.job_id) : undefined;
  const isHere =
    job !== undefined &&
    (wish.workspace_id === undefined
      ? await hasPermission(tx, actor, job.workspace_id, permission)
      : job.workspace_id === wish.workspace_id);
  if (job === undefined || !isHere) throw notFound('job');
  return job;
}

export const jobEndpoints = [
  endpoint({
    name: 'jobs.get',
    method: 'POST',
    path: '/v1/job',
    summary: 'Progress and outcome of background work',
    access: { kind: 'workspace', permission: 'jobs.read' },
    body,
    reply: jobSchema,
    example,
    handle: async ({ tx, actor, body: wish }) => jobReply(await requireJob(tx, actor, wish, 'jobs.read')),
  }),
  endpoint({
    name: 'jobs.cancel',
    method: 'DELETE',
    path: '/v1/job',
    summary: 'Cancel background work',
    description:
      'Queued work ends at once, running work at its next safe point. What it had committed by then stays. Written to the audit log as `job.cancelled`, or as `job.cancel_requested` while it runs: its end is an event of its own.',
    access: { kind: 'workspace', permission: 'jobs.write' },
    body,
    reply: jobSchema,
    example,
    transaction: 'write',
    failures: [jobFailures],
    handle: async (call) => {
      const { services, tx, actor, body: wish } = call;
      const { job_id, workspace_id } = await requireJob(tx, actor, wish, 'jobs.write');
      const { job, isEnded, told } = await cancelJob(services, services.jobKinds, tx, {
        accountId: actor.accountId,
        workspaceId: workspace_id,
        jobId: job_id,
      });
      const action = isEnded ? 'job.cancelled' : 'job.cancel_requested';
      if (told !== null) await recordCall(tx, call, action, workspace_id, told);
      return jobReply(job);
    },
  }),
];
