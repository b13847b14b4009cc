import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { client } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { Button } from '../design/button.tsx';
import { TextInput } from '../design/fields.tsx';
import { Card } from '../design/page.tsx';
import { Notice } from '../design/states.tsx';
import { useTell } from '../design/toasts.tsx';

export function PasswordCard() {
  const tell = useTell();
  const queries = useQueryClient();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (next !== again) {
      setProblem('The two new passwords differ. Type the same one twice.');
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      const { message } = await client.users.changePassword({ current_password: current, new_password: next });
      await queries.invalidateQueries({ queryKey: ['sessions'] });
      tell(message);
      for (const set of [setCurrent, setNext, setAgain]) set('');
    } catch (error) {
      setProblem(explain(error));
    }
    setBusy(false);
  };
  return (
    <Card title="Password">
      <form className="stack" onSubmit={submit}>
        {problem !== null && <Notice kind="bad">{problem}</Notice>}
        <TextInput
          label="Current password"
          type="password"
          value={current}
          onChange={setCurrent}
          autoComplete="current-password"
          required
        />
        <TextInput
          label="New password"
          type="password"
          value={next}
          onChange={setNext}
          autoComplete="new-password"
          required
          hint="At least 12 characters that are not easily guessed."
        />
        <TextInput
          label="New password, once more"
          type="password"
          value={again}
          onChange={setAgain}
          autoComplete="new-password"
          required
        />
        <div>
          <Button type="submit" busy={busy}>
            Change the password
          </Button>
        </div>
        <p className="small muted">You will be signed out everywhere else.</p>
      </form>
    </Card>
  );
}
