create table words (word text, other int);
create index words_long on words (length(word), other);
alter index words_long alter column 1 set statistics 400;
