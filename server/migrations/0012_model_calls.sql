-- Control group, and what a campaign may and does spend on language models.
alter table campaigns
  -- Percent of the customers that get no message, so that results can be measured.
  add column holdout double precision not null default 0 check (holdout between 0 and 50),
  -- { max_cost, max_model_calls }: null where nothing is limited.
  add column budget jsonb,
  -- Settled calls, and what calls under way may cost at most. Amounts in billionths of the currency.
  add column spent_calls integer not null default 0,
  add column spent_nano bigint not null default 0,
  add column held_calls integer not null default 0 check (held_calls >= 0),
  add column held_nano bigint not null default 0 check (held_nano >= 0),
  add column spent_currency text;

-- What a run took over, wrote anew and left behind, and what taking over saved.
alter table campaign_runs add column ledger jsonb;

-- Every question to a language model and what became of it. Prompt and answer hold no personal data by construction; they
-- are confidential all the same, so they are sealed under the account's key.
create table model_calls (
  account_id uuid not null,
  model_call_id uuid not null,
  campaign_id uuid not null,
  run_number integer not null,
  job_id uuid not null,
  -- Which start of the job asked: what an earlier start left open will never be answered.
  job_attempt integer not null,
  -- Without a reference: segments are frozen anew, what was asked about them stays on the record.
  segment_id uuid not null,
  channel text not null,
  context_hash text not null,
  writer text not null,
  model text not null,
  status text not null default 'open' check (status in ('open', 'answered', 'refused', 'lost')),
  -- What the checks said of the answer; null until somebody looked.
  outcome text check (outcome in ('taken', 'unusable')),
  -- SHA-256 over writer, model and prompt: the same question is not asked twice while its answer waits to be used.
  prompt_hash text not null,
  -- SHA-256 over prompt and answer.
  exchange_hash text,
  sealed_prompt bytea not null,
  sealed_answer bytea,
  input_tokens integer,
  output_tokens integer,
  -- Billionths of the currency: what the call may cost at most while it is open, what it was counted as afterwards.
  cost_nano bigint not null,
  currency text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  used_at timestamptz,
  primary key (account_id, model_call_id),
  foreign key (account_id, campaign_id) references campaigns on delete cascade
);
create index model_calls_campaign on model_calls (account_id, campaign_id, model_call_id);
create index model_calls_unused on model_calls (account_id, campaign_id, prompt_hash) where status = 'answered' and used_at is null;
create index model_calls_open on model_calls (account_id, campaign_id) where status = 'open';
select add_tenant_wall('model_calls');
