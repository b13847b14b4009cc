import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../platform/database/database.ts';
import type { ObjectStorage } from '../../providers/object-storage/object-storage.ts';
import { readAnchor } from './anchor.ts';
import type { AuditKeys } from './chain.ts';
import { moment } from './event.ts';
import { type KnownLink, type TrailProblem, type TrailReport, verifyTrail } from './verify-trail.ts';

type VerifyParts = { database: Database; objects: ObjectStorage; auditKeys: AuditKeys };

// Three seconds in all: how long a first anchor may take to follow its checkpoint into object storage.
const ANCHOR_LOOKS = 12;
const ANCHOR_LOOK_EVERY_MS = 250;

/** Verifies one account's trail in one snapshot, beside a running server too. */
export async function verifyAccount(
  { database, objects, auditKeys }: VerifyParts,
  accountId: string,
  known: readonly KnownLink[],
): Promise<TrailReport> {
  for (let look = 1; ; look += 1) {
    const anchor = await readAnchor(objects, auditKeys, accountId);
    const report = await database.tenantSnapshot(accountId, (tx) =>
      verifyTrail(tx, auditKeys, accountId, { anchor, known }),
    );
    // A young account's first checkpoint is committed a moment before its anchor is stored: that is not a missing one.
    if (!report.problems.some(({ kind }) => kind === 'anchor_missing') || look === ANCHOR_LOOKS) return report;
    await pause(ANCHOR_LOOK_EVERY_MS);
  }
}

const SENTENCES: Readonly<Record<TrailProblem['kind'], string>> = {
  link_missing: 'a link of the chain is missing',
  link_altered: 'an event or its place is not as it was linked',
  event_missing: 'an event was deleted',
  event_not_ours: 'an event was altered, or was not written by this server',
  event_taken_out: 'an event stands outside the chain and does not wait to be linked',
  pending_altered: 'the list of waiting events names one that is gone or linked already',
  checkpoint_missing: 'a checkpoint was deleted',
  checkpoint_altered: 'a checkpoint is not as it was signed',
  end_not_signed: 'the end of the chain is not the newest checkpoint',
  anchor_missing: 'the anchor in object storage is missing',
  anchor_altered: 'the anchor in object storage is not one that this server wrote',
  cut: 'the chain does not lead to a point that it had reached: it was cut or made anew',
};

const OVERDUE_MS = 60_000;

/** Whether events wait longer than any server that runs would let them: none runs, or something keeps it from linking them. */
export function isLinkingOverdue({ waitingSince }: TrailReport, now: Date): boolean {
  return waitingSince !== null && now.getTime() - waitingSince.getTime() > OVERDUE_MS;
}

/** What was found, in words. */
export function problemSentence(kind: TrailProblem['kind']): string {
  const sentence = SENTENCES[kind];
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}

/** A report for people: one line of summary, one a problem. */
export function reportText(accountId: string, report: TrailReport): string {
  const since = report.waitingSince === null ? '' : ` since ${moment(report.waitingSince)}`;
  const head = `${accountId}  ${report.intact ? 'intact' : 'NOT INTACT'}  ${report.events} events (${report.waiting} waiting${since}), ${report.checkpoints} checkpoints`;
  const lines = report.problems.map(({ kind, position, eventId }) => {
    const where = [position === null ? null : `position ${position}`, eventId === null ? null : `event ${eventId}`];
    return `  ${kind}: ${SENTENCES[kind]}${where.some(Boolean) ? ` (${where.filter(Boolean).join(', ')})` : ''}`;
  });
  return [head, `  end ${report.position}:${report.linkHash}`, ...lines].join('\n');
}

/** A point written down before, as a report prints it: POSITION:HASH. Null when it is not one. */
export function readKnownLink(text: string): KnownLink | null {
  const match = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(text.trim());
  return match === null ? null : { position: Number(match[1]), linkHash: Buffer.from(match[2] ?? '', 'hex') };
}
