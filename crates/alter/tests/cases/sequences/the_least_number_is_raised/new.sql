create sequence q minvalue 100;
