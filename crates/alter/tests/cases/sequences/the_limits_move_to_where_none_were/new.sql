create sequence q minvalue 50000 maxvalue 60000;
