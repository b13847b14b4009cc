-- Who was in a segment of few people when it was frozen. Such a segment's criteria, texts and prompts tell of these people:
-- they go when the last of them is erased. Rows of segments that were frozen anew stay while a question to a model is on record.
create table segment_people (
  account_id uuid not null,
  workspace_id uuid not null,
  campaign_id uuid not null,
  segment_id uuid not null,
  customer_id uuid not null,
  primary key (account_id, segment_id, customer_id),
  foreign key (account_id, workspace_id) references workspaces on delete cascade,
  foreign key (account_id, campaign_id) references campaigns on delete cascade,
  foreign key (account_id, customer_id) references customers on delete cascade
);
create index segment_people_customer on segment_people (account_id, customer_id);
create index segment_people_campaign on segment_people (account_id, campaign_id);
select add_tenant_wall('segment_people');

-- Segments all of whose people were erased, until a job has removed what tells of them. The campaign is not referred to by a
-- key: erasing would wait for every step of a campaign, and the other way round.
create table emptied_segments (
  account_id uuid not null,
  workspace_id uuid not null,
  campaign_id uuid not null,
  segment_id uuid not null,
  -- Whoever works these off. Null: nobody yet.
  job_id uuid,
  emptied_at timestamptz not null default now(),
  primary key (account_id, segment_id),
  foreign key (account_id, workspace_id) references workspaces on delete cascade
);
create index emptied_segments_open on emptied_segments (account_id, workspace_id, job_id);
select add_tenant_wall('emptied_segments');

-- A question is kept for its cost, without prompt, answer and their hashes, when whom it told of was erased.
alter table model_calls
  alter column sealed_prompt drop not null,
  add column erased_at timestamptz,
  add check ((sealed_prompt is null) = (erased_at is not null)),
  add check (erased_at is null or sealed_answer is null);
create index model_calls_segment on model_calls (account_id, segment_id);

-- Which campaign an answer tells of, if any: it has texts in it.
alter table kept_answers add column campaign_id uuid;
create index kept_answers_campaign on kept_answers (account_id, campaign_id) where campaign_id is not null;

-- Texts are found by their segment where it is emptied or frozen anew.
create index messages_segment on messages (account_id, segment_id);

-- What the run's segments were made by; the campaign's own may be another by the next run. Null: as the campaign has it.
alter table campaign_runs add column segment_by jsonb;
