create aggregate joined(text) (sfunc = textcat, stype = text, initcond = '');
