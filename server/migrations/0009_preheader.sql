-- The line that a mailbox shows behind the subject. Only emails have one.
alter table messages add column preheader text check (preheader is null or channel = 'email');
