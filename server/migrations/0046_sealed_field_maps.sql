-- A file without a header line has its first person there, and a field_map names that person's values. The map is sealed from
-- now on, in sealed_header, by which the keys of records are read; a CSV's columns stand in its plan. Records that are still
-- waiting keep theirs in options until they end. A header stays as long as there are failed rows to show below it.
--
-- Errors name no unknown key of a record any more, which may be somebody's email address: the failed rows do, sealed.

-- The owner sees no row behind a forced wall.
alter table imports no force row level security;
alter table import_failed_rows no force row level security;

update imports set options = options - 'field_map'
where options ? 'field_map' and (content_kind = 'csv' or status not in ('queued', 'running'));

update imports i set sealed_header = null
where sealed_header is not null and status not in ('queued', 'running') and not exists (
  select from import_failed_rows f where f.account_id = i.account_id and f.import_id = i.import_id);

update imports set errors = (
  select jsonb_agg(
    case when error->>'code' = 'unknown_field' then error || jsonb_build_object('field', null, 'message',
      'The record has a key that is no field of the workspace; the repair file names it. Remove the key, create the field, or map it.')
    else error end order by place)
  from jsonb_array_elements(errors) with ordinality as e(error, place))
where errors @> '[{"code": "unknown_field"}]';

alter table imports force row level security;
alter table import_failed_rows force row level security;
