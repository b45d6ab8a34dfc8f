create table prices (shop int, product int, day date, primary key (shop, product, day));
create table notes (shop int, product int, day date, foreign key (shop, product, day) references prices);
