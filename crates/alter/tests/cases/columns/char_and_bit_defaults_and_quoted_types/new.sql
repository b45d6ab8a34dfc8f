create table t (a "char" default 'x', b char default 'y', c bit varying default B'101', d name default current_user, e int2 default 1::int2, f "timestamptz" default 'infinity');
