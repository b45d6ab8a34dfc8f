create table texts (doc tsvector);
create index texts_doc on texts using gist (doc tsvector_ops (siglen = 100)) with (fillfactor = 80);
