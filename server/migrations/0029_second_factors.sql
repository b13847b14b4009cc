-- A user's time-based codes (RFC 6238). Unconfirmed rows are of people who have not shown a first code yet.
create table second_factors (
  account_id uuid not null,
  user_id uuid not null,
  sealed_secret bytea not null,
  confirmed_at timestamptz,
  -- The time step of the last code that was taken: neither it nor an earlier one is taken again.
  last_step bigint not null default 0,
  created_at timestamptz not null default now(),
  primary key (account_id, user_id),
  foreign key (account_id, user_id) references users on delete cascade
);
select add_tenant_wall('second_factors');

-- What is left of a user's recovery codes, as keyed hashes. A code that was used is gone.
create table recovery_codes (
  account_id uuid not null,
  user_id uuid not null,
  code_hash bytea not null,
  primary key (account_id, user_id, code_hash),
  foreign key (account_id, user_id) references second_factors on delete cascade
);
select add_tenant_wall('recovery_codes');
