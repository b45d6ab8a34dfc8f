create type level as enum ('1', '2');
create cast (text as level) with inout as assignment;
