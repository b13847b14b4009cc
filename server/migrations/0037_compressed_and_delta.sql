-- How many bytes a file takes that is kept compressed; null for one that is kept as it is.
alter table publication_parts add column gzip_bytes bigint;

-- What changed since the publication before, as a publication of its own beside the full one; null where none was asked for.
alter table run_files add column delta_publication_id uuid;
alter table run_files add foreign key (account_id, delta_publication_id) references publications;
