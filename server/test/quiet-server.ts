import { clusterWithLog, startTestServer, type TestServer } from './harness.ts';
import { type DatabaseLog, openLog } from './postgres-log.ts';

/** A server with a database whose log can be read: `newErrors` are those since it has started. */
export async function quietServer(): Promise<{ server: TestServer; newErrors(): Promise<string[]> }> {
  const opened = Promise.withResolvers<DatabaseLog>();
  const server = await startTestServer({
    cluster: await clusterWithLog(),
    prepareDatabase: async (url) => opened.resolve(await openLog(url)),
  });
  const log = await opened.promise;
  // As a server starts it may meet another that does.
  const before = (await log.errors()).length;
  return {
    server,
    newErrors: async () => (await log.errors()).slice(before).map(({ state, message }) => `${state} ${message}`),
  };
}
