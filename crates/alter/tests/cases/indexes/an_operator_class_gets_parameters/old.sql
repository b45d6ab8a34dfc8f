create table texts (doc tsvector);
create index texts_doc on texts using gist (doc);
