create table sizes (low int, high int, constraint second unique (low), constraint first unique (high));
