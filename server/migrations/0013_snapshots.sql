-- A group and its customers as they were at one moment, for as long as an export reads them. Nothing is copied when it is
-- taken: what changes afterwards leaves its earlier version behind (copy on write), whoever changes it. That is why
-- triggers do it and not the code that writes: no writer, present or future, may tear a snapshot. Every writer of profiles
-- and memberships holds the workspace's profile lock, and so does the taking, so none is half-way when one is taken.
create table group_snapshots (
  account_id uuid not null,
  snapshot_id uuid not null,
  workspace_id uuid not null,
  customer_group_id uuid not null,
  -- Positions are never given out twice: whoever joined later stands behind this one.
  last_position bigint not null,
  member_count bigint not null,
  taken_at timestamptz not null,
  primary key (account_id, snapshot_id),
  foreign key (account_id, workspace_id) references workspaces on delete cascade
);
select add_tenant_wall('group_snapshots');

-- Profiles as they were, of members who were changed since. Erasing the customer takes them away.
create table snapshot_profiles (
  account_id uuid not null,
  snapshot_id uuid not null,
  customer_id uuid not null,
  sealed_profile bytea not null,
  primary key (account_id, snapshot_id, customer_id),
  foreign key (account_id, snapshot_id) references group_snapshots on delete cascade
);
create index snapshot_profiles_customer on snapshot_profiles (account_id, customer_id);
select add_tenant_wall('snapshot_profiles');

-- Members who have left the group since.
create table snapshot_members (
  account_id uuid not null,
  snapshot_id uuid not null,
  position bigint not null,
  customer_id uuid not null,
  primary key (account_id, snapshot_id, position),
  foreign key (account_id, snapshot_id) references group_snapshots on delete cascade
);
create index snapshot_members_customer on snapshot_members (account_id, customer_id);
select add_tenant_wall('snapshot_members');

-- Where members stood who have been erased since: a number in a group, and nothing of the person. What was read of such a
-- place before is to be forgotten.
create table snapshot_erasures (
  account_id uuid not null,
  snapshot_id uuid not null,
  position bigint not null,
  primary key (account_id, snapshot_id, position),
  foreign key (account_id, snapshot_id) references group_snapshots on delete cascade
);
select add_tenant_wall('snapshot_erasures');

create function keep_snapshot_profiles() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from group_snapshots) then return null; end if;
  insert into snapshot_profiles (account_id, snapshot_id, customer_id, sealed_profile)
  select o.account_id, s.snapshot_id, o.customer_id, o.sealed_profile
  from old_rows o
    join group_snapshots s on s.account_id = o.account_id and s.workspace_id = o.workspace_id
    join lateral (
      select 1 from group_members m
      where m.account_id = o.account_id and m.customer_id = o.customer_id
        and m.customer_group_id = s.customer_group_id and m.position <= s.last_position
      union all
      select 1 from snapshot_members m
      where m.account_id = o.account_id and m.customer_id = o.customer_id and m.snapshot_id = s.snapshot_id
      limit 1
    ) member on true
  on conflict do nothing;
  return null;
end $$;
create trigger keep_snapshot_profiles after update on customers
  referencing old table as old_rows for each statement execute function keep_snapshot_profiles();

-- A membership that goes together with its customer is an erasure, whichever of the two rows goes first.
create function keep_snapshot_members() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from group_snapshots) then return null; end if;
  with gone as (
    select o.account_id, s.snapshot_id, o.position, o.customer_id, exists (
      select 1 from customers c where c.account_id = o.account_id and c.customer_id = o.customer_id
    ) as stays
    from old_rows o
      join group_snapshots s on s.account_id = o.account_id and s.customer_group_id = o.customer_group_id and o.position <= s.last_position
  ), kept as (
    insert into snapshot_members (account_id, snapshot_id, position, customer_id)
    select account_id, snapshot_id, position, customer_id from gone where stays
    on conflict do nothing
  )
  insert into snapshot_erasures (account_id, snapshot_id, position)
  select account_id, snapshot_id, position from gone where not stays
  on conflict do nothing;
  return null;
end $$;
create trigger keep_snapshot_members after delete on group_members
  referencing old table as old_rows for each statement execute function keep_snapshot_members();

create function forget_snapshot_customers() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from group_snapshots) then return null; end if;
  delete from snapshot_profiles p using old_rows o where p.account_id = o.account_id and p.customer_id = o.customer_id;
  with gone as (
    delete from snapshot_members m using old_rows o
    where m.account_id = o.account_id and m.customer_id = o.customer_id
    returning m.account_id, m.snapshot_id, m.position
  )
  insert into snapshot_erasures (account_id, snapshot_id, position)
  select account_id, snapshot_id, position from gone on conflict do nothing;
  return null;
end $$;
create trigger forget_snapshot_customers after delete on customers
  referencing old table as old_rows for each statement execute function forget_snapshot_customers();

-- One export of a run: it reads the snapshot of the same id, which is its job's. What decides who gets which text is kept as
-- it was at that moment, for whoever works on it. All of it goes when the export ends.
create table exports (
  account_id uuid not null,
  export_id uuid not null,
  campaign_id uuid not null,
  run_number integer not null,
  publication_id uuid not null,
  object_prefix text not null,
  plan jsonb not null,
  approval jsonb not null,
  primary key (account_id, export_id),
  foreign key (account_id, export_id) references group_snapshots (account_id, snapshot_id) on delete cascade,
  foreign key (account_id, campaign_id) references campaigns on delete cascade
);
select add_tenant_wall('exports');

-- Places in the group of those who were suppressed at the moment of the snapshot.
create table export_suppressions (
  account_id uuid not null,
  export_id uuid not null,
  position bigint not null,
  primary key (account_id, export_id, position),
  foreign key (account_id, export_id) references exports on delete cascade
);
select add_tenant_wall('export_suppressions');

-- Places (after_position, upto_position] that become one file. A worker claims a range for a while; whoever finishes it
-- first has made it, and what another one made of it is thrown away.
create table export_ranges (
  account_id uuid not null,
  export_id uuid not null,
  range_number integer not null,
  after_position bigint not null,
  upto_position bigint not null,
  claimed_by uuid,
  claimed_at timestamptz,
  -- The file and what was counted; null until it is stored.
  outcome jsonb,
  primary key (account_id, export_id, range_number),
  foreign key (account_id, export_id) references exports on delete cascade
);
select add_tenant_wall('export_ranges');
