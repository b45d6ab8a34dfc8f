create table prices (shop int, product int, primary key (shop, product));
create table notes (shop int, product int, foreign key (shop, product) references prices);
