DROP TABLE category_locales;
DROP TABLE categories;
DROP TABLE media;
DROP TYPE publication_status;
DROP TYPE content_locale;
