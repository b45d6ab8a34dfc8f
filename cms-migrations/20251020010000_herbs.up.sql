-- The materia medica.

CREATE TYPE herb_nature AS ENUM ('cold', 'cool', 'neutral', 'warm', 'hot');

CREATE TYPE herb_flavour AS ENUM ('sour', 'bitter', 'sweet', 'pungent', 'salty', 'bland', 'astringent');

CREATE TYPE herb_channel AS ENUM (
    'lung', 'large_intestine', 'stomach', 'spleen', 'heart', 'small_intestine',
    'bladder', 'kidney', 'pericardium', 'triple_burner', 'gallbladder', 'liver'
);

CREATE TABLE herbs (
    id                  uuid               PRIMARY KEY DEFAULT gen_random_uuid(),
    slug                text               NOT NULL,
    pinyin_name         text               NOT NULL,
    latin_name          text               NOT NULL,
    nature              herb_nature        NOT NULL,
    -- Arrays and not join tables: both are short, closed lists that are only read together with the herb.
    flavours            herb_flavour[]     NOT NULL DEFAULT '{}',
    channels            herb_channel[]     NOT NULL DEFAULT '{}',
    minimum_daily_grams numeric(6, 2),
    maximum_daily_grams numeric(6, 2),
    toxic               boolean            NOT NULL DEFAULT false,
    safe_in_pregnancy   boolean,
    category_id         uuid               REFERENCES categories (id) ON DELETE RESTRICT,
    image_id            uuid               REFERENCES media (id) ON DELETE SET NULL,
    status              publication_status NOT NULL DEFAULT 'draft',
    published_at        timestamptz,
    created_at          timestamptz        NOT NULL DEFAULT now(),
    updated_at          timestamptz        NOT NULL DEFAULT now(),
    CONSTRAINT herbs_slug_key UNIQUE (slug),
    CONSTRAINT herbs_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT herbs_daily_grams_check CHECK (
        minimum_daily_grams > 0 AND maximum_daily_grams > 0 AND maximum_daily_grams >= minimum_daily_grams
    ),
    -- A toxic herb is never shown without the most that may be taken of it.
    CONSTRAINT herbs_toxic_check CHECK (NOT toxic OR status <> 'published' OR maximum_daily_grams IS NOT NULL),
    CONSTRAINT herbs_published_at_check CHECK (status <> 'published' OR published_at IS NOT NULL)
);

CREATE INDEX idx_herbs_category_id ON herbs (category_id);

CREATE INDEX idx_herbs_image_id ON herbs (image_id) WHERE image_id IS NOT NULL;

-- The public list of herbs, in the order of their names.
CREATE INDEX idx_herbs_pinyin_name ON herbs (pinyin_name) WHERE status = 'published';

-- The search by channel (`channels @> ...`).
CREATE INDEX idx_herbs_channels ON herbs USING gin (channels);

CREATE TABLE herb_locales (
    herb_id           uuid           NOT NULL REFERENCES herbs (id) ON DELETE CASCADE,
    locale            content_locale NOT NULL,
    name              text           NOT NULL,
    summary           text           NOT NULL DEFAULT '',
    actions           jsonb          NOT NULL DEFAULT '{}',
    contraindications jsonb          NOT NULL DEFAULT '{}',
    PRIMARY KEY (herb_id, locale),
    CONSTRAINT herb_locales_name_check CHECK (name <> ''),
    CONSTRAINT herb_locales_rich_text_check
        CHECK (jsonb_typeof(actions) = 'object' AND jsonb_typeof(contraindications) = 'object')
);
