create text search configuration mine (copy = english);
