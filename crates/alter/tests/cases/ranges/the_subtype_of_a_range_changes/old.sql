create type span as range (subtype = int4);
create table spans (span span);
