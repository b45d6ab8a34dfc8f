create table words (word text, other int);
create index words_long on words (length(word), other);
