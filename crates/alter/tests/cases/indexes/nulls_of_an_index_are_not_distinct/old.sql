create table words (word text, lang text);
create unique index once on words (word, lang);
