-- crosstrack: allow data-loss
-- crosstrack: lock_timeout 2s
--
-- Alternative texts are read aloud, so they have to be in the language of the page. Those written so far are English
-- and move to the new table; nothing is lost with the column.

CREATE TABLE media_locales (
    media_id         uuid           NOT NULL REFERENCES media (id) ON DELETE CASCADE,
    locale           content_locale NOT NULL,
    alternative_text text           NOT NULL,
    caption          text           NOT NULL DEFAULT '',
    PRIMARY KEY (media_id, locale)
);

INSERT INTO media_locales (media_id, locale, alternative_text)
SELECT id, 'en', alt_text
FROM media
WHERE alt_text <> '';

ALTER TABLE media DROP COLUMN alt_text;
