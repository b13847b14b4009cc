import { createClient } from '@nudgescribe/sdk';

/** What the server says of a session that can no longer go on as it did: it is over, or needs a second factor first. */
export type SessionRefusal = 'unauthorised' | 'second_factor_demanded';

let refused: (why: SessionRefusal) => void = () => undefined;

export function onSessionRefused(listener: (why: SessionRefusal) => void): void {
  refused = listener;
}

const watched: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  // Whether there is a session is what /v1/session is asked for.
  if (response.status === 403 && !String(input).endsWith('/v1/session')) {
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => null);
    const code = (body as { code?: unknown } | null)?.code;
    if (code === 'unauthorised' || code === 'second_factor_demanded') refused(code);
  }
  return response;
};

/** The one client: the browser's cookie says who calls. */
export const client = createClient({ baseUrl: window.location.origin, credentials: 'cookie', fetch: watched });
