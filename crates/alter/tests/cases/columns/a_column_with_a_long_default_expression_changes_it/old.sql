create table links (slug text default lower(substr(md5(random()::text), 1, 8)));
