create sequence q as smallint increment -1;
