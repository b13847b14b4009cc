import type { CallOptions, CallSpec, ClientOptions } from './call.ts';
import { errorFrom } from './errors.ts';
import { createCalls, type Import, type Job } from './generated.ts';
import { Session, type Tokens } from './session.ts';
import { createTransport } from './transport.ts';
import { type WaitOptions, waitFor } from './waiting.ts';

const JOB: CallSpec = {
  name: 'jobs.get',
  method: 'POST',
  path: '/v1/job',
  credentials: 'token',
  reads: true,
  answer: 'json',
};
const IMPORT: CallSpec = {
  name: 'imports.get',
  method: 'POST',
  path: '/v1/customer/imports',
  credentials: 'token',
  reads: true,
  answer: 'json',
};

/**
 * A client of one Nudgescribe server. Calls stand under their capability (`client.groups.create(…)`); each gives the
 * reply or throws a NudgescribeError.
 */
export function createClient(options: ClientOptions) {
  const held: Tokens | null =
    options.accessToken === undefined
      ? null
      : { accessToken: options.accessToken, refreshToken: options.refreshToken ?? null };
  const session = new Session(held, options.onTokens);
  const send = createTransport(options, session);

  return {
    ...createCalls(send),

    /** The tokens held now; null before signing in. */
    get tokens(): Tokens | null {
      return session.tokens;
    },

    /** Forgets the tokens. They stay valid on the server until they expire or the session is ended there. */
    forgetTokens: () => session.clear(),

    /** Waits until a job has ended and gives its last state: look at `status`. */
    waitForJob: (workspaceId: string, jobId: string, wait: WaitOptions = {}): Promise<Job> =>
      waitFor<Job>(send, JOB, { workspace_id: workspaceId, job_id: jobId }, wait),

    /** Waits until an import has ended and gives its last state: look at `status`. */
    waitForImport: (workspaceId: string, importId: string, wait: WaitOptions = {}): Promise<Import> =>
      waitFor<Import>(send, IMPORT, { workspace_id: workspaceId, import_id: importId }, wait),

    /** The file behind a signed link, as bytes. No token goes along: the link may lead to another server. */
    download: async (link: string, call: CallOptions = {}): Promise<ReadableStream<Uint8Array>> => {
      const fetchIt = options.fetch ?? globalThis.fetch.bind(globalThis);
      const request: RequestInit = call.signal === undefined ? {} : { signal: call.signal };
      const response = await fetchIt(new URL(link, `${options.baseUrl.replace(/\/+$/, '')}/`), request);
      if (!response.ok) throw await errorFrom(response, 'The download');
      return (response.body ?? new Blob([]).stream()) as ReadableStream<Uint8Array>;
    },
  };
}

export type Client = ReturnType<typeof createClient>;
