create sequence q maxvalue 100000;
