import { createClient } from '@nudgescribe/sdk';

let signedOut: () => void = () => undefined;

/** Told when the server no longer knows the session. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

const watched: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  // Whether there is a session is what /v1/session is asked for.
  if (response.status === 403 && !String(input).endsWith('/v1/session')) {
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => null);
    if ((body as { code?: unknown } | null)?.code === 'unauthorised') signedOut();
  }
  return response;
};

/** The one client: the browser's cookie says who calls. */
export const client = createClient({ baseUrl: window.location.origin, credentials: 'cookie', fetch: watched });
