create table t (a "char", b char, c bit varying, d name, e int2, f "timestamptz");
