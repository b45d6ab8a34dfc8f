create table words (word text);
create index words_word on words (word);
