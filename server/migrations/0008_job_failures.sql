-- How often the work itself failed. A start that a stop, a wait or a crash ended is no failure: `attempt` counts those too.
alter table jobs add column failures integer not null default 0;
-- Starts that ended without a word, say because they took their worker with them.
alter table jobs add column deaths integer not null default 0;
