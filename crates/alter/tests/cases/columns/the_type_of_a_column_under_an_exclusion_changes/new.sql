create table t (during tstzrange not null default 'empty', exclude using gist (during with &&));
