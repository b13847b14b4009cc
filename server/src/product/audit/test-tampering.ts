import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type pg from 'pg';

/** Does something to an account's trail that the owner of the database could do, and says what. */
type Tampering = {
  name: string;
  run(owner: pg.Client, accountId: string, pick: (count: number) => number): Promise<string>;
};

const EDITS: readonly [string, (pick: (count: number) => number) => string][] = [
  ['action', (pick) => `'group.${['made', 'seen', 'lost'][pick(3)]}'`],
  ['outcome', () => `case outcome when 'done' then 'refused' else 'done' end`],
  ['happened_at', (pick) => `happened_at + interval '${1 + pick(5_000)} milliseconds'`],
  ['happened_at', () => `'infinity'`],
  ['actor_user_id', () => `gen_random_uuid()`],
  ['actor_user_id', () => `case when actor_user_id is null then gen_random_uuid() end`],
  ['session_id', () => `gen_random_uuid()`],
  ['workspace_id', () => `gen_random_uuid()`],
  ['object_ids', (pick) => `'{"customer_group_id":"${pick(9)}"}'`],
  ['object_ids', () => `(object_ids::text || ' ')::json`],
  ['client', (pick) => `coalesce(client, '') || '${pick(10)}'`],
  ['address', (pick) => `'10.0.0.${pick(250)}'`],
  ['request_id', () => `reverse(request_id) || 'x'`],
  ['seal', (pick) => `set_byte(seal, ${pick(32)}, (get_byte(seal, 0) + 1 + ${pick(200)}) % 256) || '\\x00'`],
];

async function ends(owner: pg.Client, accountId: string): Promise<number> {
  const { rows } = await owner.query('select max(position)::int as n from audit_links where account_id = $1', [
    accountId,
  ]);
  return rows[0].n;
}

const eventAt = `(select event_id from audit_links where account_id = $1 and position = $2)`;

/** Without foreign keys, as an owner can be: replication mode turns their triggers off for this transaction. */
const unbound = (owner: pg.Client) => owner.query(`set local session_replication_role = 'replica'`);

const TAMPERINGS: readonly Tampering[] = [
  {
    name: 'edit an event',
    run: async (owner, accountId, pick) => {
      const [column, to] = EDITS[pick(EDITS.length)] ?? ['action', () => `'x'`];
      await owner.query(
        `update audit_events set ${column} = ${to(pick)} where account_id = $1 and event_id = ${eventAt}`,
        [accountId, 1 + pick(await ends(owner, accountId))],
      );
      return column;
    },
  },
  {
    name: 'edit a waiting event',
    run: async (owner, accountId) => {
      await owner.query(
        `update audit_events set client = 'somebody' where account_id = $1 and event_id in (select event_id from audit_pending where account_id = $1)`,
        [accountId],
      );
      return '';
    },
  },
  {
    name: 'delete an event',
    run: async (owner, accountId, pick) => {
      await unbound(owner);
      await owner.query(`delete from audit_events where account_id = $1 and event_id = ${eventAt}`, [
        accountId,
        1 + pick(await ends(owner, accountId)),
      ]);
      return '';
    },
  },
  {
    name: 'delete an event with its link',
    run: async (owner, accountId, pick) => {
      await unbound(owner);
      const at = 1 + pick(await ends(owner, accountId));
      await owner.query(`delete from audit_events where account_id = $1 and event_id = ${eventAt}`, [accountId, at]);
      await owner.query('delete from audit_links where account_id = $1 and position = $2', [accountId, at]);
      return String(at);
    },
  },
  {
    name: 'delete an event and close the gap',
    run: async (owner, accountId, pick) => {
      await unbound(owner);
      const last = await ends(owner, accountId);
      const at = 1 + pick(last);
      await owner.query(`delete from audit_events where account_id = $1 and event_id = ${eventAt}`, [accountId, at]);
      await owner.query('delete from audit_links where account_id = $1 and position = $2', [accountId, at]);
      for (let next = at + 1; next <= last; next += 1)
        await owner.query('update audit_links set position = $3 where account_id = $1 and position = $2', [
          accountId,
          next,
          next - 1,
        ]);
      return String(at);
    },
  },
  {
    name: 'delete a waiting event',
    run: async (owner, accountId) => {
      await owner.query(
        'delete from audit_events where account_id = $1 and event_id in (select event_id from audit_pending where account_id = $1)',
        [accountId],
      );
      return '';
    },
  },
  {
    name: 'hide a waiting event',
    run: async (owner, accountId) => {
      await owner.query('delete from audit_pending where account_id = $1', [accountId]);
      return '';
    },
  },
  {
    name: 'insert an event',
    run: async (owner, accountId, pick) => {
      const pending = pick(2) === 0;
      const id = randomUUID();
      await owner.query(
        `insert into audit_events select account_id, $3, happened_at, action, outcome, actor_user_id, session_id, workspace_id, object_ids, client, address, request_id, seal
         from audit_events where account_id = $1 and event_id = ${eventAt}`,
        [accountId, 1 + pick(await ends(owner, accountId)), id],
      );
      if (pending) await owner.query('insert into audit_pending values ($1, $2)', [accountId, id]);
      return pending ? 'to be linked' : 'beside';
    },
  },
  {
    name: 'insert an event with a link',
    run: async (owner, accountId, pick) => {
      const id = randomUUID();
      const last = await ends(owner, accountId);
      await owner.query(
        `insert into audit_events select account_id, $3, happened_at, action, outcome, actor_user_id, session_id, workspace_id, object_ids, client, address, request_id, seal
         from audit_events where account_id = $1 and event_id = ${eventAt}`,
        [accountId, 1 + pick(last), id],
      );
      await owner.query('insert into audit_links values ($1, $2, $3, $4)', [accountId, last + 1, id, randomBytes(32)]);
      return '';
    },
  },
  {
    name: 'swap two events',
    run: async (owner, accountId, pick) => {
      await unbound(owner);
      const last = await ends(owner, accountId);
      const at = 1 + pick(last - 1);
      const other = at + 1 + pick(last - at);
      await owner.query('update audit_links set position = -position where account_id = $1 and position in ($2, $3)', [
        accountId,
        at,
        other,
      ]);
      await owner.query(
        'update audit_links set position = case when position = -$2::bigint then $3::bigint else $2::bigint end where account_id = $1 and position < 0',
        [accountId, at, other],
      );
      return `${at} ${other}`;
    },
  },
  {
    name: 'swap the ids of two links',
    run: async (owner, accountId, pick) => {
      await unbound(owner);
      const last = await ends(owner, accountId);
      const at = 1 + pick(last - 1);
      const { rows } = await owner.query(
        'select position::int, event_id from audit_links where account_id = $1 and position in ($2, $3) order by position',
        [accountId, at, at + 1],
      );
      await owner.query('update audit_links set event_id = gen_random_uuid() where account_id = $1 and position = $2', [
        accountId,
        at,
      ]);
      await owner.query('update audit_links set event_id = $3 where account_id = $1 and position = $2', [
        accountId,
        at + 1,
        rows[0].event_id,
      ]);
      await owner.query('update audit_links set event_id = $3 where account_id = $1 and position = $2', [
        accountId,
        at,
        rows[1].event_id,
      ]);
      return String(at);
    },
  },
  {
    name: 'cut the end',
    run: async (owner, accountId, pick) => {
      await unbound(owner);
      const from = 1 + pick(await ends(owner, accountId));
      await owner.query(
        'delete from audit_events where account_id = $1 and event_id in (select event_id from audit_links where account_id = $1 and position >= $2)',
        [accountId, from],
      );
      await owner.query('delete from audit_links where account_id = $1 and position >= $2', [accountId, from]);
      if (pick(2) === 0)
        await owner.query('delete from audit_checkpoints where account_id = $1 and position >= $2', [accountId, from]);
      return String(from);
    },
  },
  {
    name: 'cut back to a checkpoint',
    run: async (owner, accountId, pick) => {
      await unbound(owner);
      const { rows } = await owner.query(
        'select position::int from audit_checkpoints where account_id = $1 order by position',
        [accountId],
      );
      const to = rows[pick(rows.length - 1)].position;
      await owner.query(
        'delete from audit_events where account_id = $1 and event_id in (select event_id from audit_links where account_id = $1 and position > $2)',
        [accountId, to],
      );
      await owner.query('delete from audit_links where account_id = $1 and position > $2', [accountId, to]);
      await owner.query('delete from audit_checkpoints where account_id = $1 and position > $2', [accountId, to]);
      await owner.query('delete from audit_pending where account_id = $1', [accountId]);
      return String(to);
    },
  },
  {
    name: 'cut everything',
    run: async (owner, accountId) => {
      await unbound(owner);
      for (const table of ['audit_pending', 'audit_links', 'audit_checkpoints', 'audit_events'])
        await owner.query(`delete from ${table} where account_id = $1`, [accountId]);
      return '';
    },
  },
  {
    name: 'rewrite a link',
    run: async (owner, accountId, pick) => {
      await owner.query('update audit_links set link_hash = $3 where account_id = $1 and position = $2', [
        accountId,
        1 + pick(await ends(owner, accountId)),
        createHash('sha256')
          .update(String(pick(1e9)))
          .digest()
          .subarray(0, 1 + pick(32)),
      ]);
      return '';
    },
  },
  {
    name: 'edit a checkpoint',
    run: async (owner, accountId, pick) => {
      const sets = [
        `signature = set_byte(signature, ${pick(64)}, (get_byte(signature, ${pick(64)}) + 1) % 256) || '\\x01'`,
        `signed_at = signed_at + interval '${1 + pick(999)} milliseconds'`,
        `link_hash = '\\x${randomBytes(32).toString('hex')}'`,
        `position = position + ${1_000 + pick(1_000)}`,
        `checkpoint_number = checkpoint_number + ${1_000 + pick(1_000)}`,
      ];
      await owner.query(
        `update audit_checkpoints set ${sets[pick(sets.length)]} where account_id = $1 and checkpoint_number =
         (select checkpoint_number from audit_checkpoints where account_id = $1 order by random() limit 1)`,
        [accountId],
      );
      return '';
    },
  },
  {
    name: 'delete a checkpoint',
    run: async (owner, accountId, pick) => {
      await owner.query(
        'delete from audit_checkpoints where account_id = $1 and checkpoint_number = (select checkpoint_number from audit_checkpoints where account_id = $1 order by checkpoint_number offset $2 limit 1)',
        [accountId, pick(2)],
      );
      return '';
    },
  },
];

/** The round chooses which tampering, and with it the choices inside; the same round does the same. */
export async function randomTampering(owner: pg.Client, accountId: string, round: number): Promise<string> {
  let state = createHash('sha256').update(`tampering ${round}`).digest();
  const pick = (count: number) => {
    state = createHash('sha256').update(state).digest();
    return state.readUInt32BE(0) % count;
  };
  const tampering = TAMPERINGS[round % TAMPERINGS.length];
  if (tampering === undefined) throw new Error('There is no tampering to choose from.');
  return `${tampering.name}: ${await tampering.run(owner, accountId, pick)}`;
}
