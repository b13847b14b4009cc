import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../platform/clock/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import type { Log } from '../../platform/log/log.ts';
import type { ObjectStorage } from '../../providers/object-storage/object-storage.ts';
import { type Anchor, readAnchor, writeAnchor } from './anchor.ts';
import { type AuditKeys, type Checkpoint, genesis, linkHash } from './chain.ts';
import { canonicalEvent, eventHash } from './event.ts';
import { recordEvent } from './record-event.ts';
import {
  insertCheckpoint,
  insertLinks,
  lastCheckpoint,
  lastLink,
  linkAt,
  lockTrail,
  pendingEvents,
  tryLockTrail,
  waitsToBeLinked,
} from './store.ts';

export type TrailParts = { database: Database; objects: ObjectStorage; auditKeys: AuditKeys; clock: Clock; log: Log };

const BATCH = 1_000;
const ANCHOR_ROUNDS = 5;
const ANCHOR_LOST = 'audit.anchor_lost';
const YOUNG_CHECKPOINTS = 10;
const FIRST_ANCHOR_MS = 1_000;

/**
 * Links an account's committed events to its chain and signs the new end, both in one transaction. Safe to run anywhere
 * and at any time: of two processes one links, and the other finds nothing to do. Returns how many were linked.
 */
export async function linkEvents(parts: TrailParts, accountId: string): Promise<number> {
  let linked = 0;
  for (;;) {
    const count = await linkBatch(parts, accountId);
    linked += count;
    if (count < BATCH) break;
  }
  if (linked > 0) await raiseAnchor(parts, accountId);
  return linked;
}

function linkBatch({ database, auditKeys, clock, log }: TrailParts, accountId: string): Promise<number> {
  return database.tenant(accountId, async (tx) => {
    if (!(await tryLockTrail(tx, accountId))) return 0;
    const events = await pendingEvents(tx, accountId, BATCH);
    if (events.length === 0) return 0;
    const last = await lastLink(tx, accountId);
    let position = last?.position ?? 0;
    let hash = last?.link_hash ?? genesis(accountId);
    const links = events.map((event) => {
      const text = canonicalEvent(event);
      // It is linked all the same: taking it out would be the second change. Verifying goes on telling of it.
      if (!auditKeys.seal(text).equals(event.seal))
        log.error('audit_event_not_ours', { account_id: accountId, event_id: event.event_id });
      position += 1;
      hash = linkHash(hash, position, eventHash(text));
      return { position, eventId: event.event_id, hash };
    });
    await insertLinks(tx, accountId, links);
    const number = ((await lastCheckpoint(tx, accountId))?.checkpoint_number ?? 0) + 1;
    const checkpoint = { accountId, number, position, linkHash: hash, signedAt: clock.now() };
    await insertCheckpoint(tx, accountId, {
      checkpoint_number: number,
      position,
      link_hash: hash,
      signed_at: checkpoint.signedAt,
      signature: auditKeys.sign(checkpoint),
    });
    return links.length;
  });
}

/**
 * Brings the anchor outside the database up to the newest checkpoint. An anchor that the chain does not lead to is left
 * where it is: it is the evidence of a cut. Written again until nobody has signed a newer one meanwhile, because of two
 * processes the slower one may write last.
 */
export async function raiseAnchor(parts: TrailParts, accountId: string): Promise<void> {
  const { database, objects, auditKeys, log } = parts;
  const newest = () =>
    database.tenant(accountId, async (tx): Promise<Anchor | null> => {
      const row = await lastCheckpoint(tx, accountId);
      if (row === undefined) return null;
      const { checkpoint_number: number, position, link_hash, signed_at, signature } = row;
      return { accountId, number, position, linkHash: link_hash, signedAt: signed_at, signature };
    });
  for (let round = 0; round < ANCHOR_ROUNDS; round += 1) {
    const checkpoint = await newest();
    const anchor = await readAnchor(objects, auditKeys, accountId);
    if (anchor !== 'missing') toldLost.delete(accountId);
    if (!(await leadsTo(parts, accountId, anchor))) {
      log.error('audit_trail_broken', { account_id: accountId, anchor: typeof anchor === 'string' ? anchor : 'cut' });
      return;
    }
    if (checkpoint === null || (typeof anchor !== 'string' && anchor.number === checkpoint.number)) return;
    if (anchor === 'missing' && checkpoint.number > 1) {
      // Of a young account the first one may be on its way, by another process.
      if (checkpoint.number < YOUNG_CHECKPOINTS && !toldLost.has(accountId)) {
        await pause(FIRST_ANCHOR_MS);
        if ((await readAnchor(objects, auditKeys, accountId)) !== 'missing') continue;
      }
      // Told first: once it is there again, nobody would see that it was gone.
      await tellLost(parts, checkpoint);
    }
    await writeAnchor(objects, checkpoint);
    log.info('audit_checkpoint', {
      account_id: accountId,
      position: checkpoint.position,
      link_hash: checkpoint.linkHash.toString('hex'),
    });
  }
}

/** Accounts whose lost anchor this process has told of: once for each time, however long storage takes no new one. */
const toldLost = new Set<string>();

/**
 * Tells, in the chain itself, that the anchor was gone and is made anew: whoever took it away may have cut the chain back to
 * where it begins now. A server that died between its first checkpoint and its anchor leaves one of these too. Of two processes
 * that find it gone at once one tells, but for the rare case that the event is linked before the other one looks; and one
 * that died before it wrote the anchor is followed by one that tells it again.
 */
async function tellLost({ database, log }: TrailParts, { accountId, number, position }: Checkpoint): Promise<void> {
  if (toldLost.has(accountId)) return;
  log.error('audit_anchor_lost', { account_id: accountId, position });
  await database.tenant(accountId, async (tx) => {
    await lockTrail(tx, accountId);
    if (await waitsToBeLinked(tx, accountId, ANCHOR_LOST)) return;
    await recordEvent(tx, {
      accountId,
      action: ANCHOR_LOST,
      outcome: 'done',
      actorUserId: null,
      sessionId: null,
      workspaceId: null,
      objectIds: { checkpoint: number, position },
      client: null,
      address: null,
      requestId: newId(),
    });
  });
  toldLost.add(accountId);
}

/** Whether the chain in the database contains what the anchor says. Without an anchor there is nothing to contradict. */
async function leadsTo(parts: TrailParts, accountId: string, anchor: Anchor | 'missing' | 'altered'): Promise<boolean> {
  if (typeof anchor === 'string') return anchor === 'missing';
  const link = await parts.database.tenant(accountId, (tx) => linkAt(tx, accountId, anchor.position));
  return link?.link_hash.equals(anchor.linkHash) === true;
}
