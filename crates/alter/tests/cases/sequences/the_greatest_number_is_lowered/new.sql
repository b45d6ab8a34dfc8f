create sequence q maxvalue 50000;
