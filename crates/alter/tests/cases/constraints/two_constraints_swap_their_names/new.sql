create table sizes (low int, high int, constraint second check (low > 0), constraint first check (high > 0));
