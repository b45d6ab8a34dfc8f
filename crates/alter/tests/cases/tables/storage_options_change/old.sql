create table events (id int, body text) with (fillfactor = 70, autovacuum_enabled = false);
