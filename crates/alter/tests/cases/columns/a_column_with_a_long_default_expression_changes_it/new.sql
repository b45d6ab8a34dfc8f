create table links (slug text default upper(coalesce(nullif(substr(md5(random()::text), 1, 12), ''), 'NONE')));
