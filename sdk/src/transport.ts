import type { CallOptions, CallSpec, ClientOptions, Content, Send, UploadOptions } from './call.ts';
import { errorFrom, NudgescribeError } from './errors.ts';
import { packFile } from './file-body.ts';
import { createWatch, pause } from './patience.ts';
import type { Session } from './session.ts';

const DEFAULT_TIMEOUT_MS = 60_000;
const READ_ATTEMPTS = 3;
const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 10_000;

/** The renewal is a call of its own: its Bearer is the refresh token. */
const RENEWAL: CallSpec = {
  name: 'auth.refresh',
  method: 'GET',
  path: '/v1/auth',
  credentials: 'refresh',
  reads: false,
  answer: 'json',
};

/** Who has loaded the page anew, or signed in again in another tab, asks for the token of the running session. */
const SESSION: CallSpec = {
  name: 'sessions.get',
  method: 'GET',
  path: '/v1/session',
  credentials: 'token',
  reads: true,
  answer: 'json',
};

/** Sends calls: credentials, one renewal of a refused token, patience with calls that only read, errors as one class. */
export function createTransport(options: ClientOptions, session: Session): Send {
  const fetchIt = options.fetch ?? globalThis.fetch.bind(globalThis);
  const base = options.baseUrl.replace(/\/+$/, '');
  const byCookie = options.credentials === 'cookie';
  const csrf: { token: string | null } = { token: null };

  /** The session's answers tell the token for further calls; other answers change nothing. */
  function adoptCsrfToken(spec: CallSpec, answer: unknown): void {
    if (!byCookie || spec.path !== SESSION.path) return;
    const { csrf_token: token } = answer as Record<string, unknown>;
    if (typeof token === 'string') csrf.token = token;
  }

  async function once(
    spec: CallSpec,
    content: Content,
    call: CallOptions | UploadOptions,
    token: string | null,
  ): Promise<unknown> {
    const headers: Record<string, string> = { ...call.headers };
    if (token !== null) headers.authorization = `Bearer ${token}`;
    if (csrf.token !== null) headers['x-csrf-token'] = csrf.token;
    if (spec.credentials === 'api_key' && options.apiKey !== undefined) headers['x-api-key'] = options.apiKey;
    const request: RequestInit & { duplex?: 'half' } = { method: spec.method, headers };
    if (byCookie) request.credentials = 'same-origin';
    if (content.file !== undefined) Object.assign(request, packFile(content.file, call as UploadOptions, headers));
    else if (content.body !== undefined) {
      headers['content-type'] = 'application/json';
      request.body = JSON.stringify(content.body);
    }
    const unlimited = content.file !== undefined || spec.answer === 'stream';
    const timeoutMs = call.timeoutMs ?? (unlimited ? null : (options.timeoutMs ?? DEFAULT_TIMEOUT_MS));
    const watch = createWatch(call.signal, timeoutMs);
    let streaming = false;
    try {
      const url = `${base}${spec.path}${queryOf(content.parameters ?? {})}`;
      const response = await fetchIt(url, { ...request, signal: watch.signal });
      if (!response.ok) throw await errorFrom(response, spec.name);
      if (spec.answer === 'stream') {
        streaming = true;
        return response.body ?? new Blob([]).stream();
      }
      const isJson = response.headers.get('content-type')?.includes('json') ?? false;
      return isJson ? await response.json() : await response.text();
    } catch (error) {
      throw error instanceof NudgescribeError ? error : watch.explain(error, spec.name);
    } finally {
      // A stream is read after this returns: its caller's signal must go on reaching the connection.
      watch.stopClock();
      if (!streaming) watch.release();
    }
  }

  const renew = (refreshToken: string) => once(RENEWAL, {}, {}, refreshToken);

  async function withCredentials(
    spec: CallSpec,
    content: Content,
    call: CallOptions | UploadOptions,
  ): Promise<unknown> {
    const held = session.tokens;
    if (spec.credentials === 'refresh')
      return once(spec, content, call, held?.refreshToken ?? held?.accessToken ?? null);
    if (spec.credentials !== 'token') return once(spec, content, call, null);
    if (byCookie) return withCookie(spec, content, call);
    const token = await session.accessToken(renew);
    try {
      return await once(spec, content, call, token);
    } catch (error) {
      const refused = error instanceof NudgescribeError && error.status === 403 && error.code === 'unauthorised';
      const replayable = !(content.file instanceof ReadableStream);
      if (!refused || token === null || !replayable) throw error;
      // If the refresh token is spent or revoked, the first refusal is the one that tells the caller the truth.
      if (!(await session.renew(token, renew).catch(() => false))) throw error;
      return once(spec, content, call, session.tokens?.accessToken ?? null);
    }
  }

  async function withCookie(spec: CallSpec, content: Content, call: CallOptions | UploadOptions): Promise<unknown> {
    try {
      return await once(spec, content, call, null);
    } catch (error) {
      const refused = error instanceof NudgescribeError && error.code === 'csrf_refused';
      if (!refused || content.file instanceof ReadableStream) throw error;
      adoptCsrfToken(SESSION, await once(SESSION, {}, {}, null));
      return once(spec, content, call, null);
    }
  }

  return async <Reply>(spec: CallSpec, content: Content, call: CallOptions | UploadOptions): Promise<Reply> => {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await withCredentials(spec, content, call);
        if (spec.credentials === 'api_key' || spec.credentials === 'refresh') session.adopt(answer);
        adoptCsrfToken(spec, answer);
        return answer as Reply;
      } catch (error) {
        if (!(error instanceof NudgescribeError) || !error.retryable || !spec.reads || attempt >= READ_ATTEMPTS)
          throw error;
        const wait = error.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random());
        await pause(Math.min(wait, MAX_WAIT_MS), call.signal);
      }
    }
  };
}

/** Query text of an upload's parameters: objects as JSON text, absent ones left out. */
function queryOf(parameters: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    query.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  return query.size === 0 ? '' : `?${query}`;
}
