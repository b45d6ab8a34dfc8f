create text search dictionary stops (template = pg_catalog.simple, stopwords = german, accept = false);
