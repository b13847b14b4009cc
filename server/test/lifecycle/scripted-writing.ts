import { offlineWriter } from '../../src/product/writing/offline-writer.ts';
import { type Writer, writerFailures } from '../../src/product/writing/writer.ts';
import type { Outcome } from './campaign-model.ts';

export type Script = { writer: Writer; play(product: string, outcome: Outcome): Scene };
export type Scene = { begun: Promise<void>; release(): void };

/** The offline writer, but for a product whose writing is told to be refused after so many texts, or to wait. */
export function scriptWriting(): Script {
  const scenes = new Map<string, { outcome: Outcome; asked: number; held: Promise<void>; begin: () => void }>();
  return {
    writer: {
      ...offlineWriter,
      write: async (request) => {
        const scene = scenes.get(request.brief.product);
        if (scene !== undefined) {
          scene.begin();
          scene.asked += 1;
          if (scene.outcome === 'cancelled') await scene.held;
          else if (scene.outcome !== 'whole' && scene.asked > scene.outcome) throw writerFailures.writer_refused();
        }
        return offlineWriter.write(request);
      },
    },
    play: (product, outcome) => {
      const begun = Promise.withResolvers<void>();
      const held = Promise.withResolvers<void>();
      scenes.set(product, { outcome, asked: 0, held: held.promise, begin: begun.resolve });
      return { begun: begun.promise, release: held.resolve };
    },
  };
}
