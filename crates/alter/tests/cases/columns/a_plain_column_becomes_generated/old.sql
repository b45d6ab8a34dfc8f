create table boxes (w int, h int, area int);
create index on boxes (area);
