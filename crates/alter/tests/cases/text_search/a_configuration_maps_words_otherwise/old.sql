create text search dictionary my_stem (template = snowball, language = german);
create text search configuration search (parser = default);
alter text search configuration search add mapping for asciiword with simple;
