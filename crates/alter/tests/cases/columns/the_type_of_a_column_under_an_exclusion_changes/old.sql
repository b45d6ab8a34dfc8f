create table t (during daterange not null default 'empty', exclude using gist (during with &&));
