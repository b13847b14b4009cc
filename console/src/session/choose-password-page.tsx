import { type FormEvent, useEffect, useState } from 'react';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { Button } from '../design/button.tsx';
import { TextInput } from '../design/fields.tsx';
import iconUrl from '../design/icon.svg';
import { Loading, Notice } from '../design/states.tsx';

type State =
  | { kind: 'looking' }
  | { kind: 'refused'; why: string }
  | { kind: 'choosing'; email: string }
  | { kind: 'done'; email: string };

/** Where a one-time link leads: whoever has it chooses the password of the user it was made for. */
export function ChoosePasswordPage({ token }: { token: string }) {
  const [state, setState] = useState<State>({ kind: 'looking' });
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    document.title = 'Choose a password · Nudgescribe';
    client.passwordLink.get({ token }).then(
      ({ email }) => setState({ kind: 'choosing', email }),
      (error) => setState({ kind: 'refused', why: explain(error) }),
    );
  }, [token]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (password !== again) {
      setProblem('The two passwords differ. Type the same one twice.');
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      const { email } = await client.passwordLink.redeem({ token, password });
      setState({ kind: 'done', email });
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  };

  if (state.kind === 'looking') return <Loading what="Looking at the link" />;
  return (
    <main className="sign-in">
      <form className="card stack" onSubmit={submit} aria-labelledby="choose-title">
        <div className="row">
          <img src={iconUrl} width="32" height="32" alt="" />
          <h1 id="choose-title">Choose a password</h1>
        </div>
        {state.kind === 'refused' && <Notice kind="bad">{state.why}</Notice>}
        {state.kind === 'done' && <Notice kind="good">The password of {state.email} is set.</Notice>}
        {state.kind === 'choosing' && (
          <>
            <p>
              For <b>{state.email}</b>. You will be signed out wherever you are signed in.
            </p>
            {problem !== null && <Notice kind="bad">{problem}</Notice>}
            <input type="hidden" autoComplete="username" value={state.email} readOnly />
            <TextInput
              label="New password"
              type="password"
              value={password}
              onChange={setPassword}
              autoComplete="new-password"
              required
              autoFocus
              hint="At least 12 characters. Several words that do not belong together are easy to keep and hard to guess."
            />
            <TextInput
              label="New password, once more"
              type="password"
              value={again}
              onChange={setAgain}
              autoComplete="new-password"
              required
            />
            <Button type="submit" look="primary" busy={busy}>
              Set the password
            </Button>
          </>
        )}
        {state.kind !== 'choosing' && <a href="/">To the sign-in page</a>}
      </form>
    </main>
  );
}
