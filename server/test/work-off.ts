import { createJobRunner } from '../src/product/jobs/runner.ts';
import type { TestServer } from './harness.ts';

/** A signal that says "stop" when it has been asked so many times: work stops at each of its safe points in turn. */
export function stoppingAfter(looks: number): AbortSignal {
  let seen = 0;
  return new Proxy(new AbortController().signal, {
    get: (target, key) => (key === 'aborted' ? ++seen > looks : Reflect.get(target, key, target)),
  });
}

/** Works off a job of the first account, as a server without workers does not, until it ends or is told to stop. Gives its status. */
export async function workOff(
  server: TestServer,
  jobId: string,
  stop: AbortSignal = new AbortController().signal,
): Promise<string> {
  const { services } = server.app;
  const { database, queue, log, jobKinds: kinds } = services;
  const runner = createJobRunner({ services, database, queue, kinds, log });
  const { accountId, workspaceId } = server.a;
  await runner.run({ account_id: accountId, job_id: jobId }, stop);
  return (await server.a.call('POST', '/v1/job', { workspace_id: workspaceId, job_id: jobId })).body.status;
}
