-- What looking at the texts of all customers has come to, for one content of a run (its approval digest).
create table full_checks (
  account_id uuid not null,
  campaign_id uuid not null,
  run_number integer not null,
  digest text not null,
  status text not null check (status in ('running', 'passed', 'failed', 'unfinished')),
  customers bigint not null default 0,
  texts bigint not null default 0,
  -- Texts that take more than one SMS.
  long_sms bigint not null default 0,
  -- [{ message_id, code, customers, longest }]
  problems jsonb not null default '[]',
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (account_id, campaign_id, run_number, digest),
  foreign key (account_id, campaign_id) references campaigns on delete cascade
);
select add_tenant_wall('full_checks');
