create sequence q maxvalue 500;
