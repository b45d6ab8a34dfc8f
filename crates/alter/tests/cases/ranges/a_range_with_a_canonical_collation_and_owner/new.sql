create type text_range as range (subtype = text, collation = "C", multirange_type_name = text_ranges);
alter type text_range owner to case_manager;
comment on type text_range is 'of words';
create table t (v text_ranges default '{}');
