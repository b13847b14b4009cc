import { useEffect } from 'react';
import { SecondFactorCard } from '../account/second-factor-card.tsx';
import { Button } from '../design/button.tsx';
import iconUrl from '../design/icon.svg';
import { useSession } from './session-context.tsx';

/** All that is shown to who has no second factor in an account that demands one. */
export function SecondFactorFirstPage() {
  const { session, signOut } = useSession();
  useEffect(() => {
    document.title = 'Set up a second factor · Nudgescribe';
  }, []);
  return (
    <main className="sign-in">
      <div className="stack">
        <div className="row">
          <img src={iconUrl} width="32" height="32" alt="" />
          <h1>One more step</h1>
        </div>
        <p>
          Your administrator asks everybody for a second factor. Set yours up with an authenticator app on your phone,
          and you go on where you were.
        </p>
        <SecondFactorCard />
        <div className="row">
          <span className="small muted">Signed in as {session.email}.</span>
          <Button small look="quiet" onPress={() => void signOut()}>
            Sign out
          </Button>
        </div>
      </div>
    </main>
  );
}
