create table sizes (low int, high int, constraint first unique (low), constraint second unique (high));
