import type { Transaction } from '../../platform/database/database.ts';
import type { Anchor } from './anchor.ts';
import { type AuditKeys, genesis, linkHash } from './chain.ts';
import { type AuditEventRow, canonicalEvent, eventHash } from './event.ts';
import { checkpointsAfter, type LinkedEventRow, linkedEvents, strayPending, unlinkedEvents } from './store.ts';

export type TrailProblem = {
  kind:
    | 'link_missing'
    | 'link_altered'
    | 'event_missing'
    | 'event_not_ours'
    | 'event_taken_out'
    | 'pending_altered'
    | 'checkpoint_missing'
    | 'checkpoint_altered'
    | 'end_not_signed'
    | 'anchor_missing'
    | 'anchor_altered'
    | 'cut';
  position: number | null;
  eventId: string | null;
};

export type TrailReport = {
  events: number;
  waiting: number;
  /** When the oldest waiting event happened. It is linked within seconds; until then nobody could tell that it was deleted. */
  waitingSince: Date | null;
  checkpoints: number;
  /** The end of the chain, to be kept elsewhere and compared later. */
  position: number;
  linkHash: string;
  /** At most the first 100. */
  problems: TrailProblem[];
  intact: boolean;
};

/** A point of the chain that was written down before. */
export type KnownLink = { position: number; linkHash: Buffer };

const BATCH = 2_000;
const MAX_PROBLEMS = 100;

/**
 * Reads an account's whole trail and tells of everything that is not as it was written: events (their seals), their
 * order (the links), and the end (checkpoints, the anchor outside the database, and what was written down before).
 * The anchor is read before the transaction begins: the chain may have grown past it, never fallen behind.
 */
export async function verifyTrail(
  tx: Transaction,
  keys: AuditKeys,
  accountId: string,
  outside: { anchor: Anchor | 'missing' | 'altered'; known: readonly KnownLink[] },
): Promise<TrailReport> {
  const problems: TrailProblem[] = [];
  let intact = true;
  const tell = (kind: TrailProblem['kind'], position: number | null, eventId: string | null = null) => {
    intact = false;
    if (problems.length < MAX_PROBLEMS) problems.push({ kind, position, eventId });
  };
  const { anchor } = outside;
  const expected = new Map<number, Buffer[]>();
  const expect = (position: number, hash: Buffer) => expected.set(position, [...(expected.get(position) ?? []), hash]);
  for (const link of outside.known) expect(link.position, link.linkHash);
  if (typeof anchor !== 'string') expect(anchor.position, anchor.linkHash);

  const checkpoints = await walkCheckpoints(tx, keys, accountId, tell);
  const end = await walkLinks(tx, keys, accountId, tell, (position, hash) => {
    for (const other of expected.get(position) ?? []) if (!other.equals(hash)) tell('cut', position);
    expected.delete(position);
    const signed = checkpoints.byPosition.get(position);
    if (signed !== undefined && !signed.equals(hash)) tell('checkpoint_altered', position);
    checkpoints.byPosition.delete(position);
  });
  for (const position of expected.keys()) tell('cut', position);
  for (const position of checkpoints.byPosition.keys()) tell('link_missing', position);
  if (checkpoints.lastPosition !== end.position) tell('end_not_signed', end.position);
  if (anchor === 'altered') tell('anchor_altered', null);
  if (anchor === 'missing' && end.position > 0) tell('anchor_missing', end.position);
  const waiting = await walkUnlinked(tx, keys, accountId, tell);
  // An account begins with the event of its making: a trail without any event has been emptied.
  if (end.position === 0 && waiting.count === 0) tell('cut', 0);
  return {
    events: end.events + waiting.count,
    waiting: waiting.count,
    waitingSince: waiting.since,
    checkpoints: checkpoints.count,
    position: end.position,
    linkHash: end.hash.toString('hex'),
    problems,
    intact,
  };
}

type Tell = (kind: TrailProblem['kind'], position: number | null, eventId?: string | null) => void;

/** Signatures and numbers of all checkpoints. Only their positions and hashes are kept: 50 bytes a checkpoint. */
async function walkCheckpoints(tx: Transaction, keys: AuditKeys, accountId: string, tell: Tell) {
  const byPosition = new Map<number, Buffer>();
  let number = 0;
  let lastPosition = 0;
  let count = 0;
  for (;;) {
    const rows = await checkpointsAfter(tx, accountId, number, BATCH);
    for (const row of rows) {
      const checkpoint = {
        accountId,
        number: row.checkpoint_number,
        position: row.position,
        linkHash: row.link_hash,
        signedAt: row.signed_at,
      };
      if (row.checkpoint_number !== number + 1) tell('checkpoint_missing', row.position);
      if (row.position <= lastPosition || !keys.signatureFits(checkpoint, row.signature))
        tell('checkpoint_altered', row.position);
      number = row.checkpoint_number;
      lastPosition = row.position;
      count += 1;
      byPosition.set(row.position, row.link_hash);
    }
    if (rows.length < BATCH) return { byPosition, lastPosition, count };
  }
}

function isWhole(row: LinkedEventRow): row is LinkedEventRow & AuditEventRow & { seal: Buffer } {
  return typeof row.event_id === 'string' && Buffer.isBuffer(row.seal);
}

/** The chain from its beginning, each link made anew from its event. */
async function walkLinks(
  tx: Transaction,
  keys: AuditKeys,
  accountId: string,
  tell: Tell,
  seen: (position: number, hash: Buffer) => void,
) {
  let position = 0;
  let events = 0;
  let hash = genesis(accountId);
  // The end of a chain without links may have been written down too.
  seen(position, hash);
  for (;;) {
    const rows = await linkedEvents(tx, accountId, position, BATCH);
    for (const row of rows) {
      if (row.position !== position + 1) tell('link_missing', position + 1);
      if (isWhole(row)) {
        const text = canonicalEvent(row);
        events += 1;
        if (!keys.seal(text).equals(row.seal)) tell('event_not_ours', row.position, row.linked_event_id);
        if (!linkHash(hash, row.position, eventHash(text)).equals(row.link_hash))
          tell('link_altered', row.position, row.linked_event_id);
      } else tell('event_missing', row.position, row.linked_event_id);
      // Goes on from what stands there, so that one change is told once.
      hash = row.link_hash;
      position = row.position;
      seen(position, hash);
    }
    if (rows.length < BATCH) return { position, events, hash };
  }
}

/** Events outside the chain: only those wait rightly that are ours and on the list of those to link. */
async function walkUnlinked(tx: Transaction, keys: AuditKeys, accountId: string, tell: Tell) {
  const events = await unlinkedEvents(tx, accountId);
  let count = 0;
  let since: Date | null = null;
  for (const event of events) {
    if (!event.waiting) tell('event_taken_out', null, event.event_id);
    else {
      count += 1;
      if (since === null || event.happened_at < since) since = event.happened_at;
    }
    if (!keys.seal(canonicalEvent(event)).equals(event.seal)) tell('event_not_ours', null, event.event_id);
  }
  for (const eventId of await strayPending(tx, accountId, MAX_PROBLEMS)) tell('pending_altered', null, eventId);
  return { count, since };
}
