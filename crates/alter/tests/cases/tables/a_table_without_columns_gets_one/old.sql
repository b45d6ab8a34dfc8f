create table placeholders ();
