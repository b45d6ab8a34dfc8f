create sequence q increment -1 minvalue -1000 maxvalue -1;
