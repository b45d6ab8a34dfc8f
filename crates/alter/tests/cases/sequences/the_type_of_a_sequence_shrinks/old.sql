create sequence q as bigint maxvalue 9000000000;
