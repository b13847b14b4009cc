import { Readable } from 'node:stream';
import { newId } from '../../platform/ids/ids.ts';
import { oneAhead } from '../imports/one-ahead.ts';
import type { JobRun } from '../jobs/job.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { openingKeys } from '../sealing/portable-keys.ts';
import { objectSeal, writeSealed } from '../sealing/sealed-stream.ts';
import type { Services } from '../services.ts';
import { type MembersRead, readSnapshot, type SnapshotRow } from '../snapshots/snapshot.ts';
import type { RangeOutcome, RangeRow } from './export-store.ts';
import type { PartCounts } from './part-maker.ts';
import type { StartedMaker } from './start-maker.ts';

/** What is held in memory at a time: two of these as read, and what becomes of one. */
const MEMBERS_AT_ONCE = 1_000;

const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** What whoever works on an export has at hand. */
export type Workshop = {
  services: Pick<Services, 'database' | 'objects'>;
  run: Pick<JobRun, 'throwIfStopped'>;
  keys: AccountKeys;
  snapshot: SnapshotRow;
  prefix: string;
  maker: StartedMaker;
};

/** A range whose file is made, and on its way to the disk. `stored` gives its outcome once it is durable. */
export type MadeRange = { stored: Promise<RangeOutcome> };

/**
 * Makes the file of one range: reads its members as they were at the snapshot, a few at a time, and stores what becomes
 * of them. Each try has an object of its own, so that a worker taken for dead never writes over what another one made. A
 * range without rows leaves no object. Resolves when the maker is free for the next range; whoever calls must await
 * `stored`, which throws what storing came to. Throws SnapshotGone when the export has ended.
 */
export async function makeRange(
  { services, run, keys, snapshot, prefix, maker }: Workshop,
  range: RangeRow & { suppressed: readonly number[] },
): Promise<MadeRange> {
  const name = `${prefix}/range-${String(range.range_number).padStart(6, '0')}-${newId()}`;
  const [objectKey, rowsKey] = [`${name}.csv`, `${name}.rows`];
  const made = Promise.withResolvers<{ index: Uint8Array; counts: PartCounts }>();
  let erased = 0;

  async function* batches(): AsyncGenerator<MembersRead & { suppressed: number[] }> {
    for (let after = range.after_position; after < range.upto_position; after += MEMBERS_AT_ONCE) {
      run.throwIfStopped();
      const upto = Math.min(after + MEMBERS_AT_ONCE, range.upto_position);
      const read = await readSnapshot(services.database, snapshot, after, upto);
      yield { ...read, suppressed: range.suppressed.filter((position) => position > after && position <= upto) };
    }
  }
  async function* content(): AsyncGenerator<Buffer> {
    // An export may outlast a rotation of its account's keys.
    maker.begin(objectSeal(keys, objectKey), openingKeys(keys));
    for await (const batch of oneAhead(batches())) {
      erased += batch.erased;
      const sealed = await maker.feed(batch.members, batch.suppressed);
      if (sealed.length > 0) yield asBuffer(sealed);
    }
    const last = await maker.finish();
    made.resolve(last);
    yield asBuffer(last.sealed);
  }
  async function store(): Promise<RangeOutcome> {
    await services.objects.put(objectKey, Readable.from(content(), { highWaterMark: 1 }));
    const { index, counts } = await made.promise;
    if (counts.rows === 0) {
      await services.objects.delete(objectKey);
      return { ...counts, object_key: null, rows_key: null, erased };
    }
    await writeSealed(services.objects, keys, rowsKey, Readable.from([asBuffer(index)]));
    return { ...counts, object_key: objectKey, rows_key: rowsKey, erased };
  }

  const stored = store();
  await Promise.race([made.promise, stored]);
  return { stored };
}
