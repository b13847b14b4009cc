-- What an account has used, by calendar month (UTC) and kind. Kept apart from what was made: deleting it gives nothing back.
create table usage_counts (
  account_id uuid not null references accounts,
  month date not null,
  kind text not null,
  amount bigint not null,
  primary key (account_id, month, kind)
);
select add_tenant_wall('usage_counts');
revoke delete on usage_counts from nudgescribe_app;

-- What an account may use in a month where the operator's general setting is not to hold; null means without limit.
create table account_quotas (
  account_id uuid not null references accounts,
  kind text not null,
  per_month bigint check (per_month >= 0),
  primary key (account_id, kind)
);
select add_tenant_wall('account_quotas');
-- An account reads its quotas; only the operator's command sets them.
revoke insert, update, delete on account_quotas from nudgescribe_app;
create policy operator on account_quotas to nudgescribe_operator using (true) with check (true);
grant select, insert, update, delete on account_quotas to nudgescribe_operator;
