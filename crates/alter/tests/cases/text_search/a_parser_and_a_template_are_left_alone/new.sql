create text search configuration mine (copy = english);
alter text search configuration mine drop mapping for email;
alter text search configuration mine alter mapping replace english_stem with simple;
alter text search configuration mine owner to case_manager;
