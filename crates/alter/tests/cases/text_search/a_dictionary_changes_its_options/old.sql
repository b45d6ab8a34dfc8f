create text search dictionary stops (template = pg_catalog.simple, stopwords = english);
