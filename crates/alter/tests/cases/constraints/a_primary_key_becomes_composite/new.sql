create table memberships (club int not null, member int not null, constraint memberships_pkey primary key (club, member));
