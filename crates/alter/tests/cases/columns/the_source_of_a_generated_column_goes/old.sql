create table prices (net numeric, tax numeric, gross numeric generated always as (net + tax) stored);
