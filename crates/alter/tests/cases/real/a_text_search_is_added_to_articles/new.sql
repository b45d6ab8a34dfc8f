create table articles (id int primary key, title text not null, body text);
alter table articles add search tsvector generated always as (setweight(to_tsvector('english', title), 'A') || to_tsvector('english', coalesce(body, ''))) stored;
create index articles_search on articles using gin (search);
create function find_articles(words text) returns setof articles stable language sql begin atomic select * from articles where search @@ websearch_to_tsquery('english', words); end;
