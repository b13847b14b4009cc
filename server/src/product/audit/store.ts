import type { Transaction } from '../../platform/database/database.ts';
import { NO_SUCH_ID } from '../../platform/http/schemas.ts';
import { firstIdAt, isUuid } from '../../platform/ids/ids.ts';
import type { AuditEventRow } from './event.ts';

const WRITTEN_COLUMNS =
  'account_id, event_id, happened_at, action, outcome, actor_user_id, session_id, workspace_id, object_ids, client, address, request_id, seal';
const EVENT_COLUMNS =
  'e.account_id, e.event_id, e.happened_at, e.action, e.outcome, e.actor_user_id, e.session_id, e.workspace_id, e.object_ids::text as object_ids, e.client, e.address, e.request_id, e.seal';

/** More than ever wait unless linking has stood still for long; the others are told of the next time. */
const MAX_UNLINKED = 100_000;

export type SealedEventRow = AuditEventRow & { seal: Buffer };

/** One statement, one trip: the event, and the note that it has yet to be linked. */
export async function insertEvent(tx: Transaction, event: AuditEventRow, seal: Buffer): Promise<void> {
  await tx.run(
    `with written as (
       insert into audit_events (${WRITTEN_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     )
     insert into audit_pending (account_id, event_id) values ($1, $2)`,
    [
      event.account_id,
      event.event_id,
      event.happened_at,
      event.action,
      event.outcome,
      event.actor_user_id,
      event.session_id,
      event.workspace_id,
      event.object_ids,
      event.client,
      event.address,
      event.request_id,
      seal,
    ],
  );
}

/** Accounts with events that have yet to be linked, among all accounts: the operator's grant covers this column only. */
export async function accountsToLink(tx: Transaction, limit: number): Promise<string[]> {
  const rows = await tx.rows<{ account_id: string }>('select distinct account_id from audit_pending limit $1', [limit]);
  return rows.map((row) => row.account_id);
}

/** Takes the account's chain for this transaction; false when another process is at it. */
export async function tryLockTrail(tx: Transaction, accountId: string): Promise<boolean> {
  const row = await tx.row<{ locked: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended('audit trail ' || $1, 0)) as locked, set_config('lock_timeout', '1s', true)`,
    [accountId],
  );
  return row?.locked === true;
}

/** Takes the account's chain for this transaction, and waits a second at the most for whoever has it. */
export async function lockTrail(tx: Transaction, accountId: string): Promise<void> {
  await tx.run(
    `select set_config('lock_timeout', '1s', true), pg_advisory_xact_lock(hashtextextended('audit trail ' || $1, 0))`,
    [accountId],
  );
}

/** Whether an event of this action has yet to be linked. */
export async function waitsToBeLinked(tx: Transaction, accountId: string, action: string): Promise<boolean> {
  const row = await tx.row(
    `select 1 from audit_pending p join audit_events e on e.account_id = p.account_id and e.event_id = p.event_id
     where p.account_id = $1 and e.action = $2 limit 1`,
    [accountId, action],
  );
  return row !== undefined;
}

/** Events to link, in the order in which they were written. */
export function pendingEvents(tx: Transaction, accountId: string, limit: number): Promise<SealedEventRow[]> {
  return tx.rows<SealedEventRow>(
    `select ${EVENT_COLUMNS} from audit_pending p join audit_events e on e.account_id = p.account_id and e.event_id = p.event_id
     where p.account_id = $1 order by p.event_id limit $2`,
    [accountId, limit],
  );
}

export type LinkRow = { position: number; link_hash: Buffer };

export function lastLink(tx: Transaction, accountId: string): Promise<LinkRow | undefined> {
  return tx.row<LinkRow>(
    'select position, link_hash from audit_links where account_id = $1 order by position desc limit 1',
    [accountId],
  );
}

export function linkAt(tx: Transaction, accountId: string, position: number): Promise<LinkRow | undefined> {
  return tx.row<LinkRow>('select position, link_hash from audit_links where account_id = $1 and position = $2', [
    accountId,
    position,
  ]);
}

/** Adds links in order and takes their events off the list of those to link. */
export async function insertLinks(
  tx: Transaction,
  accountId: string,
  links: readonly { position: number; eventId: string; hash: Buffer }[],
): Promise<void> {
  const eventIds = links.map(({ eventId }) => eventId);
  await tx.run(
    `insert into audit_links (account_id, position, event_id, link_hash)
     select $1, l.position, l.event_id, l.link_hash from unnest($2::bigint[], $3::uuid[], $4::bytea[]) as l(position, event_id, link_hash)`,
    [accountId, links.map(({ position }) => position), eventIds, links.map(({ hash }) => hash)],
  );
  await tx.run('delete from audit_pending where account_id = $1 and event_id = any($2::uuid[])', [accountId, eventIds]);
}

export type CheckpointRow = {
  checkpoint_number: number;
  position: number;
  link_hash: Buffer;
  signed_at: Date;
  signature: Buffer;
};
const CHECKPOINT_COLUMNS = 'checkpoint_number, position, link_hash, signed_at, signature';

export function lastCheckpoint(tx: Transaction, accountId: string): Promise<CheckpointRow | undefined> {
  return tx.row<CheckpointRow>(
    `select ${CHECKPOINT_COLUMNS} from audit_checkpoints where account_id = $1 order by checkpoint_number desc limit 1`,
    [accountId],
  );
}

export async function insertCheckpoint(tx: Transaction, accountId: string, checkpoint: CheckpointRow): Promise<void> {
  await tx.run(`insert into audit_checkpoints (account_id, ${CHECKPOINT_COLUMNS}) values ($1, $2, $3, $4, $5, $6)`, [
    accountId,
    checkpoint.checkpoint_number,
    checkpoint.position,
    checkpoint.link_hash,
    checkpoint.signed_at,
    checkpoint.signature,
  ]);
}

export type LinkedEventRow = LinkRow & { linked_event_id: string; seal: Buffer | null } & Partial<AuditEventRow>;

/** Links with their events, by position; an event that is gone leaves its columns null. */
export function linkedEvents(
  tx: Transaction,
  accountId: string,
  afterPosition: number,
  limit: number,
): Promise<LinkedEventRow[]> {
  return tx.rows<LinkedEventRow>(
    `select l.position, l.link_hash, l.event_id as linked_event_id, ${EVENT_COLUMNS}
     from audit_links l left join audit_events e on e.account_id = l.account_id and e.event_id = l.event_id
     where l.account_id = $1 and l.position > $2 order by l.position limit $3`,
    [accountId, afterPosition, limit],
  );
}

export function checkpointsAfter(
  tx: Transaction,
  accountId: string,
  afterNumber: number,
  limit: number,
): Promise<CheckpointRow[]> {
  return tx.rows<CheckpointRow>(
    `select ${CHECKPOINT_COLUMNS} from audit_checkpoints where account_id = $1 and checkpoint_number > $2
     order by checkpoint_number limit $3`,
    [accountId, afterNumber, limit],
  );
}

/** Events outside the chain: waiting ones, and ones that somebody took off the list of those to link. */
export function unlinkedEvents(tx: Transaction, accountId: string): Promise<(SealedEventRow & { waiting: boolean })[]> {
  return tx.rows<SealedEventRow & { waiting: boolean }>(
    `select ${EVENT_COLUMNS}, p.event_id is not null as waiting
     from audit_events e
     left join audit_links l on l.account_id = e.account_id and l.event_id = e.event_id
     left join audit_pending p on p.account_id = e.account_id and p.event_id = e.event_id
     where e.account_id = $1 and l.event_id is null order by e.event_id limit ${MAX_UNLINKED}`,
    [accountId],
  );
}

/** Ids on the list of those to link that are linked already, or whose event is gone. */
export async function strayPending(tx: Transaction, accountId: string, limit: number): Promise<string[]> {
  const rows = await tx.rows<{ event_id: string }>(
    `select p.event_id from audit_pending p
     left join audit_events e on e.account_id = p.account_id and e.event_id = p.event_id
     left join audit_links l on l.account_id = p.account_id and l.event_id = p.event_id
     where p.account_id = $1 and (e.event_id is null or l.event_id is not null) order by p.event_id limit $2`,
    [accountId, limit],
  );
  return rows.map((row) => row.event_id);
}

/** Every account there is, for work that crosses them. */
export async function allAccounts(tx: Transaction, limit: number): Promise<string[]> {
  const rows = await tx.rows<{ account_id: string }>('select account_id from accounts order by account_id limit $1', [
    limit,
  ]);
  return rows.map((row) => row.account_id);
}

/** What a search asks for; null asks for nothing. Ids are whatever a caller sent. */
export type EventSearch = {
  /** One action, or with a dot at its end all of one kind. */
  action: string | null;
  outcome: 'done' | 'refused' | null;
  actorUserId: string | null;
  workspaceId: string | null;
  objectId: string | null;
  since: Date | null;
  until: Date | null;
  before: string | null;
  limit: number;
};

/** Events that fit, newest first. Ids hold their time, so that moments and pages are ranges of the primary key. */
export function findEvents(tx: Transaction, accountId: string, search: EventSearch): Promise<AuditEventRow[]> {
  const id = (text: string | null) => (text === null || isUuid(text) ? text : NO_SUCH_ID);
  const actions = search.action?.endsWith('.') === true;
  return tx.rows<AuditEventRow>(
    `select ${EVENT_COLUMNS} from audit_events e
     where e.account_id = $1
       and ($2::text is null or case when $3 then starts_with(e.action, $2) else e.action = $2 end)
       and ($4::text is null or e.outcome = $4)
       and ($5::uuid is null or e.actor_user_id = $5)
       and ($6::uuid is null or e.workspace_id = $6)
       and ($7::text is null or strpos(e.object_ids::text, $7) > 0)
       and ($8::uuid is null or e.event_id >= $8)
       and ($9::uuid is null or e.event_id < $9)
       and ($10::uuid is null or e.event_id < $10)
     order by e.event_id desc limit $11`,
    [
      accountId,
      search.action,
      actions,
      search.outcome,
      id(search.actorUserId),
      id(search.workspaceId),
      search.objectId === null ? null : JSON.stringify(search.objectId),
      search.since === null ? null : firstIdAt(search.since),
      search.until === null ? null : firstIdAt(search.until),
      id(search.before),
      search.limit,
    ],
  );
}

/** When an account was last backed up, and when it was with its keys; null when it never was. */
export async function lastBackedUp(
  tx: Transaction,
  accountId: string,
): Promise<{ at: Date | null; with_keys_at: Date | null }> {
  const row = await tx.row<{ at: Date | null; with_keys_at: Date | null }>(
    `select max(happened_at) as at, max(happened_at) filter (where object_ids ->> 'with_keys' = 'true') as with_keys_at
     from audit_events where account_id = $1 and action = 'account.backed_up'`,
    [accountId],
  );
  return row ?? { at: null, with_keys_at: null };
}

type AlikeRefusal = {
  accountId: string;
  action: string;
  actorUserId: string | null;
  sessionId: string | null;
  address: string | null;
  objectIds: string;
};

/** Lets no other transaction ask about refusals like this one until this one ends. */
export async function lockRefusals(tx: Transaction, { accountId, sessionId, objectIds }: AlikeRefusal): Promise<void> {
  await tx.run(`select pg_advisory_xact_lock(hashtextextended('audit refusal ' || $1, 0))`, [
    `${accountId} ${sessionId} ${objectIds}`,
  ]);
}

/** Whether an event like this one was written from this moment on. */
export async function wasRefusedSince(tx: Transaction, refusal: AlikeRefusal, since: Date): Promise<boolean> {
  const { accountId, action, actorUserId, sessionId, address, objectIds } = refusal;
  const row = await tx.row(
    `select 1 from audit_events
     where account_id = $1 and event_id >= $2 and (actor_user_id = $3 or $3::uuid is null and actor_user_id is null)
       and session_id is not distinct from $4 and address is not distinct from $5
       and action = $6 and outcome = 'refused' and object_ids::text = $7
     limit 1`,
    [accountId, firstIdAt(since), actorUserId, sessionId, address, action, objectIds],
  );
  return row !== undefined;
}
