create table words (word text);
create index lookup on words (word);
