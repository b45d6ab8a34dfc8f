-- Back to one text for each file, the English one. Captions and the other languages are lost.

ALTER TABLE media ADD COLUMN alt_text text NOT NULL DEFAULT '';

UPDATE media
SET alt_text = media_locales.alternative_text
FROM media_locales
WHERE media_locales.media_id = media.id AND media_locales.locale = 'en';

DROP TABLE media_locales;
