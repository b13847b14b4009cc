-- An account that was erased: its row and its audit log stay, which hold ids only; all else of it is gone.
alter table accounts add column erased_at timestamptz;

-- Deletes all rows of the account that the caller is in, of every table behind a tenant wall but accounts, the operator's
-- numbers (quotas and usage) and the audit log, so that a table which comes later is not forgotten. It runs with the caller's rights: row level security bounds it. Tables that
-- others refer to are tried again when those are empty.
create function forget_account() returns table (table_name text, row_count bigint) language plpgsql as $$
declare
  account uuid := current_setting('app.account_id')::uuid;
  waiting text[];
  again text[];
  name text;
  touched bigint;
begin
  select array_agg(c.oid::regclass::text order by c.oid desc) into waiting
  from pg_policy p join pg_class c on c.oid = p.polrelid
  where p.polname = 'tenant' and c.relname not in ('accounts', 'account_quotas', 'usage_counts') and c.relname not like 'audit\_%';
  while waiting is not null loop
    again := null;
    foreach name in array waiting loop
      begin
        execute format('delete from %s where account_id = $1', name) using account;
        get diagnostics touched = row_count;
        table_name := name;
        row_count := touched;
        return next;
      exception when foreign_key_violation then
        again := again || name;
      end;
    end loop;
    if again = waiting then
      raise exception 'These tables refer to each other: %', again;
    end if;
    waiting := again;
  end loop;
end $$;
