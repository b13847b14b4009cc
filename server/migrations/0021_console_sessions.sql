-- Sessions of the console: held by a cookie instead of tokens. The cookie carries the session's id and a random secret, of
-- which only the hash is kept; it is never spent, so there is no refresh token to rotate.
alter table sessions add column secret_hash bytea;
alter table sessions add column seen_at timestamptz;
alter table sessions alter column refresh_jti drop not null;
alter table sessions add constraint sessions_kept_by check (
  case kind
    when 'console' then secret_hash is not null and seen_at is not null and refresh_jti is null
    else secret_hash is null and refresh_jti is not null
  end);

-- The console asks for email and password only: whose they may be is looked up among all accounts, by these columns alone.
create index users_email_anywhere on users (lower(email));
create policy operator on users for select to nudgescribe_operator using (true);
grant select (account_id, user_id, email) on users to nudgescribe_operator;
