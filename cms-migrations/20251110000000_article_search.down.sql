-- no-transaction
DROP INDEX CONCURRENTLY idx_article_locales_search;
