import { NudgescribeError } from '@nudgescribe/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import { onSessionRefused } from '../api/client.ts';
import { Failed, Loading } from '../design/states.tsx';
import { SecondFactorFirstPage } from './second-factor-first-page.tsx';
import { currentSession, type Session, signOut, watchIdleness } from './session.ts';
import { SessionProvider } from './session-context.tsx';
import { SignInPage } from './sign-in-page.tsx';

type State =
  | { kind: 'asking' }
  | { kind: 'leaving' }
  | { kind: 'out'; reason: string | null }
  | { kind: 'in'; session: Session }
  | { kind: 'failed'; error: unknown };

/** A session that the server did not know any more is over as well. */
function explainSignOut(error: unknown): string {
  return error instanceof NudgescribeError && error.status === 403
    ? 'You are signed out.'
    : 'The server could not be reached, so your session there ends by itself, within half an hour. To end it at once, sign in again and sign out.';
}

/** Shows the application to whoever is signed in, and the sign-in page to everybody else, at whatever address they are. */
export function Gate({ children }: { children: ReactNode }) {
  const [state, setState] = useState<State>({ kind: 'asking' });
  const queries = useQueryClient();

  const ask = useCallback(() => {
    setState({ kind: 'asking' });
    currentSession().then(
      (session) => setState(session === null ? { kind: 'out', reason: null } : { kind: 'in', session }),
      (error) => setState({ kind: 'failed', error }),
    );
  }, []);
  useEffect(ask, [ask]);

  const leave = useCallback(
    (reason: string | null) => {
      // Nothing that one user saw stays in memory for the next.
      queries.clear();
      setState({ kind: 'out', reason });
    },
    [queries],
  );
  useEffect(
    () =>
      onSessionRefused((why) => {
        if (why === 'second_factor_demanded') ask();
        else leave('Your session has ended. Sign in again to go on where you were.');
      }),
    [ask, leave],
  );

  const signedIn = state.kind === 'in';
  useEffect(() => {
    if (!signedIn) return undefined;
    return watchIdleness(() => {
      void signOut().catch(() => undefined);
      leave('Nobody worked here for half an hour, so you were signed out.');
    });
  }, [signedIn, leave]);

  const held = useMemo(
    () =>
      state.kind !== 'in'
        ? null
        : {
            session: state.session,
            reload: async () => {
              const session = await currentSession();
              if (session !== null) setState({ kind: 'in', session });
            },
            signOut: async () => {
              // Whatever comes of the call, nothing of what was seen stays on the screen or in memory.
              queries.clear();
              setState({ kind: 'leaving' });
              leave(await signOut().then(() => 'You are signed out.', explainSignOut));
            },
          },
    [state, leave, queries],
  );

  if (state.kind === 'asking') return <Loading what="Opening Nudgescribe" />;
  if (state.kind === 'leaving') return <Loading what="Signing out" />;
  if (state.kind === 'failed') return <Failed error={state.error} retry={ask} />;
  if (state.kind === 'out' || held === null)
    return (
      <SignInPage
        reason={state.kind === 'out' ? state.reason : null}
        onSignedIn={(session) => setState({ kind: 'in', session })}
      />
    );
  return (
    <SessionProvider value={held}>
      {held.session.needs_second_factor ? <SecondFactorFirstPage /> : children}
    </SessionProvider>
  );
}
