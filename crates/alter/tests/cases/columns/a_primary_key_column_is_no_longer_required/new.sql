create table codes (code text);
