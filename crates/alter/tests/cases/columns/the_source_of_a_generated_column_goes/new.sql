create table prices (net numeric, gross numeric);
