create table words (word text, lang text);
create index by_word on words (word);
comment on index by_word is 'to find words';
