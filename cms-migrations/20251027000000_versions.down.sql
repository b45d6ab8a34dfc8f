DROP TABLE article_versions;
DROP TABLE condition_versions;
DROP TABLE formula_versions;
DROP TABLE herb_versions;
