//! Every folder of cases: `old.sql` is led to `new.sql` and back, and what was written is what `expected` says.

mod judge;
