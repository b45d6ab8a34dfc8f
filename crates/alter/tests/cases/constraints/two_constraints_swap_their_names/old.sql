create table sizes (low int, high int, constraint first check (low > 0), constraint second check (high > 0));
