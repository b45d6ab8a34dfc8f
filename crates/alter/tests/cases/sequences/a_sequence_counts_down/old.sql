create sequence countdown;
