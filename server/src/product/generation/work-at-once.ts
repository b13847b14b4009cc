import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Works on units, so many at once, and saves what is ready together. After the first failure no new unit begins, but those
 * under way are finished and saved: a language model has been paid for them. Throws that first failure at the end.
 */
export async function workAtOnce<Unit, Done>(
  units: readonly Unit[],
  atOnce: number,
  work: (unit: Unit) => Promise<Done>,
  save: (done: Done[]) => Promise<void>,
): Promise<void> {
  let next = 0;
  const failed: unknown[] = [];
  let ready: Done[] = [];
  let saving: Promise<void> = Promise.resolve();

  async function saveReady(): Promise<void> {
    // Units that are ready at the same time share a transaction.
    await nextTurn();
    const batch = ready;
    ready = [];
    if (batch.length > 0) await save(batch);
  }

  async function worker(): Promise<void> {
    while (failed.length === 0 && next < units.length) {
      const unit = units[next] as Unit;
      next += 1;
      try {
        const done = await work(unit);
        ready.push(done);
        saving = saving.then(saveReady);
        await saving;
      } catch (error) {
        failed.push(error);
      }
    }
  }

  await Promise.all(Array.from({ length: Math.min(atOnce, units.length) }, worker));
  if (failed.length > 0) throw failed[0];
}
