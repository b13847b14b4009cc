/** The same items in the same order, each next one begun before the present one is handed out: at most one is ahead. */
export async function* oneAhead<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  const source = items[Symbol.asyncIterator]();
  try {
    for (let coming = source.next(); ; ) {
      const { value, done } = await coming;
      if (done === true) return;
      coming = source.next();
      // Its failure is told when its turn comes; nobody may be waiting for it yet.
      coming.catch(() => undefined);
      yield value;
    }
  } finally {
    await source.return?.();
  }
}
