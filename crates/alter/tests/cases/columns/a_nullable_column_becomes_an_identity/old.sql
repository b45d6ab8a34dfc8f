create table logs (id bigint default 5, line text);
