create table t (a int);
grant usage on language plpgsql to case_reader;
grant trigger, references (a) on t to public;
