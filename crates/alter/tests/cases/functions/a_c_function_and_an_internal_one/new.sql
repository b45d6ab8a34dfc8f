create function my_length(text) returns int language internal immutable strict as 'textlen';
comment on function my_length(text) is 'internal';
