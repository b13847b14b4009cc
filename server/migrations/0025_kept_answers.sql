-- First answers of calls that carried an Idempotency-Key, for 24 hours. Written in the transaction of the change itself.
create table kept_answers (
  account_id uuid not null references accounts,
  -- Answers are for who got them: another user may not be allowed to see what this one saw.
  user_id uuid not null,
  -- Keyed hashes: a caller's key, and the call it stood for, may hold anything.
  key_hash bytea not null,
  call_hash bytea not null,
  sealed_answer bytea not null,
  created_at timestamptz not null default now(),
  primary key (account_id, user_id, key_hash),
  foreign key (account_id, user_id) references users on delete cascade
);
create index kept_answers_time on kept_answers (created_at);
select add_tenant_wall('kept_answers');
-- The operator's sweep deletes what is old, whoever's it is, and sees nothing else of it.
create policy operator_sees on kept_answers for select to nudgescribe_operator using (created_at < now() - interval '24 hours');
create policy operator_deletes on kept_answers for delete to nudgescribe_operator using (created_at < now() - interval '24 hours');
grant select (created_at), delete on kept_answers to nudgescribe_operator;
