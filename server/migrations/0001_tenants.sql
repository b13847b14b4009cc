-- The two walls between tenants. Every tenant table's keys begin with account_id (composite foreign keys, because row
-- level security does not cover references), and every one of them gets the policy below through add_tenant_wall().
-- The setting is compared directly: a missing or empty app.account_id raises instead of matching nothing quietly.

create function add_tenant_wall(table_name regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', table_name);
  execute format('alter table %s force row level security', table_name);
  execute format(
    'create policy tenant on %s to nudgescribe_app using (account_id = current_setting(''app.account_id'')::uuid) '
    'with check (account_id = current_setting(''app.account_id'')::uuid)', table_name);
  execute format('grant select, insert, update, delete on %s to nudgescribe_app', table_name);
end $$;

create table accounts (
  account_id uuid primary key,
  account_name text not null,
  created_at timestamptz not null default now()
);
select add_tenant_wall('accounts');
-- The operator role is the one handle that crosses accounts: it creates them and finds whose API key a caller holds.
create policy operator on accounts to nudgescribe_operator using (true) with check (true);
grant select, insert on accounts to nudgescribe_operator;

create table workspaces (
  account_id uuid not null references accounts,
  workspace_id uuid not null,
  workspace_name text not null,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Field slots are never given out twice, so that a value of a deleted field can never be read as another field's.
  next_field_slot integer not null default 1,
  primary key (account_id, workspace_id)
);
create unique index workspaces_name on workspaces (account_id, lower(workspace_name));
select add_tenant_wall('workspaces');

-- Append only: the app may add events and read them, never change or remove one. Object ids only, no personal data.
create table audit_events (
  account_id uuid not null references accounts,
  event_id uuid not null,
  happened_at timestamptz not null default now(),
  action text not null,
  outcome text not null check (outcome in ('done', 'refused')),
  actor_user_id uuid,
  session_id uuid,
  workspace_id uuid,
  object_ids jsonb not null default '{}',
  client text,
  address text,
  request_id text not null,
  primary key (account_id, event_id)
);
create index audit_events_time on audit_events (account_id, happened_at);
select add_tenant_wall('audit_events');
revoke update, delete on audit_events from nudgescribe_app;
