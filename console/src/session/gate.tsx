import { NudgescribeError } from '@nudgescribe/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import { onSignedOut } from '../api/client.ts';
import { Failed, Loading } from '../design/states.tsx';
import { currentSession, type Session, signOut, watchIdleness } from './session.ts';
import { SessionProvider } from './session-context.tsx';
import { SignInPage } from './sign-in-page.tsx';

type State =
  | { kind: 'asking' }
  | { kind: 'out'; reason: string | null }
  | { kind: 'in'; session: Session }
  | { kind: 'failed'; error: unknown };

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
  useEffect(() => onSignedOut(() => leave('Your session has ended. Sign in again to go on where you were.')), [leave]);

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
              await signOut().catch((error) => {
                if (!(error instanceof NudgescribeError) || error.status !== 403) throw error;
              });
              leave('You are signed out.');
            },
          },
    [state, leave],
  );

  if (state.kind === 'asking') return <Loading what="Opening Nudgescribe" />;
  if (state.kind === 'failed') return <Failed error={state.error} retry={ask} />;
  if (state.kind === 'out' || held === null)
    return (
      <SignInPage
        reason={state.kind === 'out' ? state.reason : null}
        onSignedIn={(session) => setState({ kind: 'in', session })}
      />
    );
  return <SessionProvider value={held}>{children}</SessionProvider>;
}
