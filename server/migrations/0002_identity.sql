create table users (
  account_id uuid not null references accounts,
  user_id uuid not null,
  email text not null,
  display_name text not null,
  password_hash text not null,
  role_code text not null check (role_code in ('ACCOUNT_ADMIN', 'WORKSPACE_ADMIN', 'EDITOR', 'REVIEWER', 'VIEWER', 'API_CLIENT')),
  -- true: role_code holds in every workspace. false: only the rows of workspace_members count there.
  all_workspaces boolean not null default true,
  disabled_at timestamptz,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, user_id)
);
create unique index users_email on users (account_id, lower(email));
select add_tenant_wall('users');

create table workspace_members (
  account_id uuid not null,
  workspace_id uuid not null,
  user_id uuid not null,
  role_code text not null check (role_code in ('WORKSPACE_ADMIN', 'EDITOR', 'REVIEWER', 'VIEWER', 'API_CLIENT')),
  primary key (account_id, workspace_id, user_id),
  foreign key (account_id, workspace_id) references workspaces on delete cascade,
  foreign key (account_id, user_id) references users on delete cascade
);
create index workspace_members_user on workspace_members (account_id, user_id);
select add_tenant_wall('workspace_members');

create table api_keys (
  account_id uuid not null references accounts,
  api_key_id uuid not null,
  key_name text not null,
  -- SHA-256 of the key: keys are long and random, so a fast hash gives nothing away and a look-up stays one index probe.
  key_hash bytea not null unique,
  key_hint text not null,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (account_id, api_key_id)
);
select add_tenant_wall('api_keys');
create policy operator on api_keys for select to nudgescribe_operator using (true);
grant select (account_id, api_key_id, key_hash, revoked_at) on api_keys to nudgescribe_operator;

-- One row a sign-in. Access and refresh tokens name it (sid); every call checks it, so that logout, disabling and
-- revocation bite at once on every process.
create table sessions (
  account_id uuid not null,
  session_id uuid not null,
  user_id uuid not null,
  api_key_id uuid,
  kind text not null check (kind in ('api', 'console')),
  -- The refresh token that may be spent next, and the one spent last with its successor for the 10 second grace.
  refresh_jti uuid not null,
  spent_jti uuid,
  spent_at timestamptz,
  issued_at timestamptz not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_reason text,
  primary key (account_id, session_id),
  foreign key (account_id, user_id) references users on delete cascade,
  foreign key (account_id, api_key_id) references api_keys on delete cascade
);
create index sessions_user on sessions (account_id, user_id);
create index sessions_api_key on sessions (account_id, api_key_id);
select add_tenant_wall('sessions');
