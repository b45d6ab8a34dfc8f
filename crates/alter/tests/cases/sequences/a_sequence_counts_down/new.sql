create sequence countdown increment -1 minvalue -100 maxvalue -1 start -1;
