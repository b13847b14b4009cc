import { Unsuccessful } from './mistakes.ts';
import { withProgress } from './progress.ts';
import type { Session } from './session.ts';

/** Waits for a job under a progress bar. Throws Unsuccessful with the server's reason when it did not complete. */
export async function finishJob({ client, workspaceId }: Session, jobId: string, label: string): Promise<void> {
  const job = await withProgress(label, (set) => client.waitForJob(workspaceId, jobId, { onProgress: set }));
  if (job.status !== 'completed')
    throw new Unsuccessful(job.error?.message ?? `The job ${jobId} ended as ${job.status}.`);
}
