-- no-transaction
--
-- The search of the magazine. `simple` and not a language's own rules: one index has to serve all languages, and the
-- search box completes words by their beginning.
--
-- Concurrently, so that the editors can go on saving while it is built. The first line of this file tells sqlx to
-- leave the transaction out, and has to stay the first.
CREATE INDEX CONCURRENTLY idx_article_locales_search
    ON article_locales USING gin (to_tsvector('simple', title || ' ' || summary));
