create sequence q as smallint maxvalue 10;
