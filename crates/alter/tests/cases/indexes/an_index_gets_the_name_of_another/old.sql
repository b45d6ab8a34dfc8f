create table words (word text, lang text);
create index by_word on words (word);
create index by_lang on words (lang);
