-- Roles that an account makes for itself, beside the built-in ones.
create table custom_roles (
  account_id uuid not null references accounts,
  role_code text not null check (role_code ~ '^CUSTOM_[A-Z0-9_]{1,50}$'),
  role_name text not null,
  permissions text[] not null,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, role_code)
);
select add_tenant_wall('custom_roles');

-- A role that somebody holds cannot be deleted: the reference refuses, in users and in workspace_members.
alter table users drop constraint users_role_code_check;
alter table users add constraint users_role_code check (
  role_code in ('ACCOUNT_ADMIN', 'WORKSPACE_ADMIN', 'EDITOR', 'REVIEWER', 'VIEWER', 'API_CLIENT') or role_code like 'CUSTOM\_%');
alter table users add column custom_role text generated always as (case when role_code like 'CUSTOM\_%' then role_code end) stored;
alter table users add constraint users_custom_role foreign key (account_id, custom_role) references custom_roles;

alter table workspace_members drop constraint workspace_members_role_code_check;
alter table workspace_members add constraint workspace_members_role_code check (
  role_code in ('WORKSPACE_ADMIN', 'EDITOR', 'REVIEWER', 'VIEWER', 'API_CLIENT') or role_code like 'CUSTOM\_%');
alter table workspace_members add column custom_role text generated always as (case when role_code like 'CUSTOM\_%' then role_code end) stored;
alter table workspace_members add constraint workspace_members_custom_role foreign key (account_id, custom_role) references custom_roles;
create index users_custom_role_of on users (account_id, custom_role) where custom_role is not null;
create index workspace_members_custom_role_of on workspace_members (account_id, custom_role) where custom_role is not null;
