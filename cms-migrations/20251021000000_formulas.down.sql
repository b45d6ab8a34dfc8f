DROP TABLE formula_ingredients;
DROP TABLE formula_locales;
DROP TABLE formulas;
DROP TYPE preparation;
DROP TYPE ingredient_role;
