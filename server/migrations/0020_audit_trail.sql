-- The audit log as a chain. An event carries a seal (a keyed hash that the database cannot make); a chainer links events
-- in the order in which they were committed, afterwards, so that writers never wait for each other.

-- Events of before this migration have no seal and are reported by "audit verify".
alter table audit_events add column seal bytea not null default '';
alter table audit_events alter column seal drop default;
-- What is sealed must be read back to the byte and the digit: no microseconds that a reader rounds away, no JSON that is
-- written anew.
alter table audit_events alter column happened_at type timestamptz(3);
alter table audit_events alter column object_ids drop default;
alter table audit_events alter column object_ids type json using object_ids::json;
-- happened_at is the time in event_id from now on: the primary key serves time ranges, and one index less is written.
drop index audit_events_time;
create index audit_events_actor on audit_events (account_id, actor_user_id, event_id);

-- Events that are committed and not linked yet. Written with the event, emptied by the chainer.
create table audit_pending (
  account_id uuid not null references accounts,
  event_id uuid not null,
  primary key (account_id, event_id)
);
select add_tenant_wall('audit_pending');
revoke update on audit_pending from nudgescribe_app;
create policy operator on audit_pending for select to nudgescribe_operator using (true);
grant select (account_id) on audit_pending to nudgescribe_operator;

-- One row an event: its place, and the hash over everything up to it.
create table audit_links (
  account_id uuid not null,
  position bigint not null,
  event_id uuid not null,
  link_hash bytea not null,
  primary key (account_id, position),
  unique (account_id, event_id),
  foreign key (account_id, event_id) references audit_events
);
select add_tenant_wall('audit_links');
revoke update, delete on audit_links from nudgescribe_app;

-- Signed ends of the chain, numbered without gaps; each vouches for everything up to its position.
create table audit_checkpoints (
  account_id uuid not null references accounts,
  checkpoint_number bigint not null,
  position bigint not null,
  link_hash bytea not null,
  signed_at timestamptz(3) not null,
  signature bytea not null,
  primary key (account_id, checkpoint_number)
);
select add_tenant_wall('audit_checkpoints');
revoke update, delete on audit_checkpoints from nudgescribe_app;

insert into audit_pending (account_id, event_id) select account_id, event_id from audit_events;
