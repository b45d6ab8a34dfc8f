create table t (a text, b text[], c date, d interval, e jsonb, f int, g timestamptz, h text, i bytea, j point);
