create table t (a text);
create collation "De Phone" from "de-x-icu";
create view v as select a from t order by a collate "De Phone";
