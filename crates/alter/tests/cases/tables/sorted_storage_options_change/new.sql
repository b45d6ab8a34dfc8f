create table events (id int, body text) with (autovacuum_vacuum_scale_factor = 0.05, fillfactor = 90, toast.autovacuum_enabled = false);
