import { NudgescribeError } from '@nudgescribe/sdk';
import { type FormEvent, useState } from 'react';
import { explain } from '../api/explain.ts';
import { Button } from '../design/button.tsx';
import { TextInput } from '../design/fields.tsx';
import iconUrl from '../design/icon.svg';
import { Notice } from '../design/states.tsx';
import { type Session, signIn } from './session.ts';

/** Email and password; the code of an authenticator, or a recovery code, only where the user has that turned on. */
export function SignInPage(props: { onSignedIn(session: Session): void; reason: string | null }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [asksCode, setAsksCode] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      props.onSignedIn(await signIn({ email, password, ...(asksCode ? { otp: code.replaceAll(' ', '') } : {}) }));
    } catch (error) {
      if (error instanceof NudgescribeError && error.status === 401 && error.fields.includes('otp') && !asksCode)
        setAsksCode(true);
      else setProblem(explain(error));
      setBusy(false);
    }
  };

  return (
    <main className="sign-in">
      <form className="card stack" onSubmit={submit} aria-labelledby="sign-in-title">
        <div className="row">
          <img src={iconUrl} width="32" height="32" alt="" />
          <h1 id="sign-in-title">Sign in to Nudgescribe</h1>
        </div>
        {props.reason !== null && problem === null && <Notice>{props.reason}</Notice>}
        {problem !== null && <Notice kind="bad">{problem}</Notice>}
        <TextInput
          label="Email"
          type="email"
          value={email}
          onChange={setEmail}
          autoComplete="username"
          required
          autoFocus
          disabled={asksCode}
        />
        <TextInput
          label="Password"
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          required
          disabled={asksCode}
        />
        {asksCode && (
          <TextInput
            label="Code"
            value={code}
            onChange={setCode}
            hint="Six digits from your authenticator, or one of your recovery codes."
            autoComplete="one-time-code"
            autoFocus
            required
          />
        )}
        <Button type="submit" look="primary" busy={busy}>
          {asksCode ? 'Confirm' : 'Sign in'}
        </Button>
      </form>
    </main>
  );
}
