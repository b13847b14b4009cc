-- Erasing an account empties every table behind a tenant wall but a few that hold ids and numbers. A call that was let in before
-- must not leave a row behind: what is emptied refers to its account by this column, which is null once that is erased. So
-- either the erasure waits for whoever has added a row, or who comes later waits for the erasure, and is refused.
alter table accounts add column living_account uuid generated always as (case when erased_at is null then account_id end) stored;
alter table accounts add constraint accounts_living_account unique (living_account);

do $$
declare
  walled regclass[] := (select array_agg(polrelid::regclass) from pg_policy where polname = 'tenant');
  walled_table regclass;
  account uuid;
  reference record;
begin
  -- The owner sees no row behind a forced wall.
  foreach walled_table in array walled loop
    execute format('alter table %s no force row level security', walled_table);
  end loop;
  -- What such calls have left so far.
  for account in select account_id from accounts where erased_at is not null loop
    perform set_config('app.account_id', account::text, true);
    perform forget_account();
  end loop;
  for reference in
    select c.conname, c.conrelid::regclass as table_name, r.relname
    from pg_constraint c join pg_class r on r.oid = c.conrelid
    where c.contype = 'f' and c.confrelid = 'accounts'::regclass
      and r.relname not in ('account_quotas', 'usage_counts') and r.relname not like 'audit\_%'
  loop
    execute format('alter table %s drop constraint %I', reference.table_name, reference.conname);
    execute format('alter table %s add constraint %I foreign key (account_id) references accounts (living_account)',
      reference.table_name, reference.relname || '_living_account');
  end loop;
  foreach walled_table in array walled loop
    execute format('alter table %s force row level security', walled_table);
  end loop;
end $$;
