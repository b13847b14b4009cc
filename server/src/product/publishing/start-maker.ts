import { availableParallelism } from 'node:os';
import type { CopiedRows } from '../../platform/database/copy-out.ts';
import { startThread } from '../../platform/threads/start-thread.ts';
import type { OpeningKeys } from '../sealing/portable-keys.ts';
import type { ObjectSeal } from '../sealing/sealed-stream.ts';
import type { PlanSource } from './export-plan.ts';
import { createPartMaker, type PartCounts } from './part-maker.ts';
import type { Answer, Request } from './part-thread.ts';

/** A PartMaker whose work may be done elsewhere. Requests are made one at a time. */
export type StartedMaker = {
  begin(seal: ObjectSeal, keys: OpeningKeys): void;
  /** The members' memory is given away. */
  feed(members: CopiedRows, suppressed: readonly number[]): Promise<Uint8Array>;
  finish(): Promise<{ sealed: Uint8Array; index: Uint8Array; counts: PartCounts }>;
  close(): Promise<void>;
};

/** What one batch of members takes is bounded; a thread that wants more is broken, and is not to take the server with it. */
const LIMITS = { maxYoungGenerationSizeMb: 3, maxOldGenerationSizeMb: 256, stackSizeMb: 4 };

let threads = 0;

/** Whether another thread would find a core of its own. */
export const hasRoomForThread = () => threads < availableParallelism();

/** For so few members that a thread would take longer to start than they take. */
export function makerHere(plan: PlanSource): StartedMaker {
  const maker = createPartMaker(plan);
  return {
    begin: (seal, keys) => maker.begin(seal, keys),
    feed: async (members, suppressed) => maker.feed(members, new Set(suppressed)),
    finish: async () => maker.finish(),
    close: async () => undefined,
  };
}

/** A maker in a thread of its own, with keys that open the account's profiles and, one at a time, those of its files. */
export function startMaker(plan: PlanSource): StartedMaker {
  const thread = startThread(new URL('./part-thread.ts', import.meta.url), plan, LIMITS);
  threads += 1;
  let settle: { resolve(answer: Answer): void; reject(error: unknown): void } | null = null;
  let broken: unknown = null;

  function fail(error: unknown): void {
    broken ??= error;
    settle?.reject(broken);
    settle = null;
  }
  thread.on('error', fail);
  thread.on('exit', () => {
    threads -= 1;
    fail(new Error('The thread that makes files has ended.'));
  });
  thread.on('message', (answer: Answer) => {
    settle?.resolve(answer);
    settle = null;
  });

  function ask(request: Request, memory: ArrayBuffer[]): Promise<Answer> {
    if (broken !== null) return Promise.reject(broken);
    return new Promise((resolve, reject) => {
      settle = { resolve, reject };
      thread.postMessage(request, memory);
    });
  }

  return {
    begin: (seal, keys) => thread.postMessage({ ask: 'begin', seal, keys } satisfies Request),
    feed: async (members, suppressed) => (await ask({ ask: 'feed', members, suppressed }, [members.buffer])).sealed,
    finish: async () => {
      const { sealed, end } = await ask({ ask: 'finish' }, []);
      if (end === null) throw new Error('The thread that makes files did not end one.');
      return { sealed, ...end };
    },
    close: async () => {
      await thread.terminate();
    },
  };
}
