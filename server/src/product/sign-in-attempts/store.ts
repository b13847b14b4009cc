import type { Transaction } from '../../platform/database/database.ts';

const PLACES_KEPT = '90 days';

/** Those of the places that are known, and not for too long. */
export async function knownPlaces(tx: Transaction, places: readonly Buffer[], now: Date): Promise<Buffer[]> {
  const rows = await tx.rows<{ place: Buffer }>(
    `select place from sign_in_places where place = any($1) and seen_at > $2::timestamptz - interval '${PLACES_KEPT}'`,
    [places, now],
  );
  return rows.map(({ place }) => place);
}

export async function notePlace(tx: Transaction, place: Buffer, now: Date): Promise<void> {
  await tx.run(
    'insert into sign_in_places as p (place, seen_at) values ($1, $2) on conflict (place) do update set seen_at = greatest(p.seen_at, excluded.seen_at)',
    [place, now],
  );
}

/** Counts one attempt against each subject, in one order for all callers. Gives when each allowance is whole again. */
export function useUp(
  tx: Transaction,
  uses: readonly { subject: Buffer; secondsEach: number }[],
  now: Date,
): Promise<{ subject: Buffer; whole_at: Date }[]> {
  return tx.rows(
    `insert into sign_in_attempts as a (subject, whole_at)
       select u.subject, $3::timestamptz + make_interval(secs => u.seconds) from unnest($1::bytea[], $2::float8[]) as u(subject, seconds) order by u.subject
     on conflict (subject) do update set whole_at = greatest(a.whole_at, $3) + (excluded.whole_at - $3)
     returning subject, whole_at`,
    [uses.map((use) => use.subject), uses.map((use) => use.secondsEach), now],
  );
}

/** Takes back what one attempt used up. */
export async function giveBack(
  tx: Transaction,
  uses: readonly { subject: Buffer; secondsEach: number }[],
): Promise<void> {
  await tx.run(
    `update sign_in_attempts a set whole_at = a.whole_at - make_interval(secs => u.seconds)
     from (select * from unnest($1::bytea[], $2::float8[]) as u(subject, seconds) order by 1) u where a.subject = u.subject`,
    [uses.map((use) => use.subject), uses.map((use) => use.secondsEach)],
  );
}

/** Forgets allowances that are whole again, and places not come from for long. */
export async function deleteWhole(tx: Transaction): Promise<void> {
  await tx.run(`delete from sign_in_attempts where whole_at < now() - interval '1 day'`);
  await tx.run(`delete from sign_in_places where seen_at < now() - interval '${PLACES_KEPT}'`);
}
