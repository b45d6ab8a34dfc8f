create table logs (id bigint generated always as identity, line text);
