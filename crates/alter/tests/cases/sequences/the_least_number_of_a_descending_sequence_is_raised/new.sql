create sequence q increment -1 minvalue -500 maxvalue -10 start -10;
