import { type FormEvent, useState } from 'react';
import { explain } from '../api/explain.ts';

/** What a form needs to hand itself in: whether it is under way, and what the server said when it refused. */
export function useSubmit(work: () => Promise<unknown>): {
  busy: boolean;
  problem: string | null;
  submit(event?: FormEvent): Promise<void>;
} {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  return {
    busy,
    problem,
    submit: async (event) => {
      event?.preventDefault();
      setBusy(true);
      setProblem(null);
      try {
        await work();
      } catch (error) {
        setProblem(explain(error));
      }
      setBusy(false);
    },
  };
}
