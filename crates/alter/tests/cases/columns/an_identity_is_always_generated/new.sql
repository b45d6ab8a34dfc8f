create table logs (id bigint generated always as identity (start 20 increment 5 cycle maxvalue 1000), line text);
