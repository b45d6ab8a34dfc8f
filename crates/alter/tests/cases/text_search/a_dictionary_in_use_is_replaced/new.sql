create text search dictionary d (template = snowball, language = english);
create text search configuration c (parser = default);
alter text search configuration c add mapping for word with d;
