create sequence numbers as integer start 10 increment 3 minvalue 2 maxvalue 5000 cache 20 cycle;
