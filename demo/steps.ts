import { NudgescribeError } from '@nudgescribe/sdk';
import { type Screen, seconds } from './screen.ts';
import { Told } from './told.ts';

/** Says which step it was that could not be done. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  readonly step: string;
  constructor(step: string, cause: unknown) {
    super(sentenceOf(cause), { cause });
    this.step = step;
  }
}

function sentenceOf(cause: unknown): string {
  if (cause instanceof NudgescribeError) {
    const details = cause.details.slice(0, 5).map((detail) => `\n  ${JSON.stringify(detail)}`);
    const request = cause.requestId === null ? '' : ` (request ${cause.requestId})`;
    return `${cause.message}${request}${details.join('')}`;
  }
  if (cause instanceof Told) return cause.message;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

/** Runs steps one after the other, says what each came to, and keeps the time of each. */
export function createSteps(screen: Screen) {
  const times: { step: string; ms: number }[] = [];
  return {
    times,
    run: async <T>(step: string, work: (say: (text: string) => void) => Promise<T>): Promise<T> => {
      const startedAt = performance.now();
      const said: string[] = [];
      screen.progress(step, 0, 1);
      try {
        const made = await work((text) => said.push(text));
        const ms = performance.now() - startedAt;
        times.push({ step, ms });
        const [first = '', ...more] = said;
        screen.line(`✓ ${step.padEnd(11)} ${seconds(ms).padStart(7)}   ${first}`);
        for (const text of more) screen.line(`${' '.repeat(24)}${text}`);
        return made;
      } catch (error) {
        screen.clear();
        throw new StepFailed(step, error);
      }
    },
  };
}

export type Steps = ReturnType<typeof createSteps>;
