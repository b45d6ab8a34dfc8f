create type "Odd Type" as enum ('it''s', 'a "quoted" one', 'Two Words', 'naïve');
create table odd ("The Value" "Odd Type" default 'a "quoted" one');
