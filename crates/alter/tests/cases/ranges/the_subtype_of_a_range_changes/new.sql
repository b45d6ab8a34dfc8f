create type span as range (subtype = int8, multirange_type_name = many_spans);
create table spans (span span);
