-- One-time links by which a person chooses a password: invited by an administrator, or having forgotten the old one.
create table password_links (
  account_id uuid not null,
  user_id uuid not null,
  -- SHA-256 of 256 random bits: whoever reads this cannot make the link again.
  secret_hash bytea not null,
  expires_at timestamptz not null,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  -- A new link takes the place of the old one.
  primary key (account_id, user_id),
  foreign key (account_id, user_id) references users on delete cascade
);
select add_tenant_wall('password_links');
