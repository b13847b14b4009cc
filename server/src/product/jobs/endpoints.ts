import { z } from 'zod';
import { notFound } from '../../platform/errors/platform-failures.ts';
import { EXAMPLE_ID, idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { endpoint } from '../services.ts';
import { cancelJob } from './cancel.ts';
import { jobFailures } from './errors.ts';
import { JOB_STATUSES, jobReply } from './job.ts';
import { findJob } from './store.ts';

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

const body = z.strictObject({ workspace_id: idSchema, job_id: idSchema });
const example = { workspace_id: EXAMPLE_ID, job_id: EXAMPLE_ID };

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
    handle: async ({ tx, actor, body: { workspace_id, job_id } }) => {
      const job = isUuid(job_id) ? await findJob(tx, actor.accountId, workspace_id, job_id) : undefined;
      if (job === undefined) throw notFound('job');
      return jobReply(job);
    },
  }),
  endpoint({
    name: 'jobs.cancel',
    method: 'DELETE',
    path: '/v1/job',
    summary: 'Cancel background work',
    description: 'Queued work ends at once, running work at its next safe point. What it had committed by then stays.',
    access: { kind: 'workspace', permission: 'jobs.write' },
    body,
    reply: jobSchema,
    example,
    audit: 'job.cancelled',
    failures: [jobFailures],
    handle: async ({ services, tx, actor, body: { workspace_id, job_id }, audit }) => {
      if (!isUuid(job_id)) throw notFound('job');
      audit({ job_id });
      return jobReply(
        await cancelJob(services, services.jobKinds, tx, {
          accountId: actor.accountId,
          workspaceId: workspace_id,
          jobId: job_id,
        }),
      );
    },
  }),
];
