DROP TABLE article_conditions;
DROP TABLE article_herbs;
DROP TABLE article_categories;
DROP TABLE article_locales;
DROP TABLE articles;
