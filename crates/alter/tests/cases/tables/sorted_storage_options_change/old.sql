create table events (id int, body text) with (autovacuum_enabled = false, fillfactor = 70);
