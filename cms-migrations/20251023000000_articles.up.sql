-- crosstrack: requires auth/20251019000000_init
--
-- The magazine, and what its articles are about.

CREATE TABLE articles (
    id              uuid               PRIMARY KEY DEFAULT gen_random_uuid(),
    slug            text               NOT NULL,
    -- What was published stays when its author or its reviewer leaves.
    author_id       uuid               REFERENCES users (id) ON DELETE SET NULL,
    reviewer_id     uuid               REFERENCES practitioners (id) ON DELETE SET NULL,
    reviewed_at     timestamptz,
    cover_id        uuid               REFERENCES media (id) ON DELETE SET NULL,
    reading_minutes smallint,
    status          publication_status NOT NULL DEFAULT 'draft',
    published_at    timestamptz,
    created_at      timestamptz        NOT NULL DEFAULT now(),
    updated_at      timestamptz        NOT NULL DEFAULT now(),
    CONSTRAINT articles_slug_key UNIQUE (slug),
    CONSTRAINT articles_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT articles_reading_minutes_check CHECK (reading_minutes > 0),
    CONSTRAINT articles_reviewed_at_check CHECK (reviewer_id IS NULL OR reviewed_at IS NOT NULL),
    CONSTRAINT articles_published_at_check CHECK (status <> 'published' OR published_at IS NOT NULL)
);

CREATE INDEX idx_articles_author_id ON articles (author_id);

CREATE INDEX idx_articles_reviewer_id ON articles (reviewer_id) WHERE reviewer_id IS NOT NULL;

CREATE INDEX idx_articles_cover_id ON articles (cover_id) WHERE cover_id IS NOT NULL;

-- The front page.
CREATE INDEX idx_articles_published_at ON articles (published_at DESC) WHERE status = 'published';

CREATE TABLE article_locales (
    article_id       uuid           NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    locale           content_locale NOT NULL,
    title            text           NOT NULL,
    summary          text           NOT NULL DEFAULT '',
    body             jsonb          NOT NULL DEFAULT '{}',
    meta_title       text,
    meta_description text,
    PRIMARY KEY (article_id, locale),
    CONSTRAINT article_locales_title_check CHECK (title <> ''),
    CONSTRAINT article_locales_body_check CHECK (jsonb_typeof(body) = 'object')
);

CREATE TABLE article_categories (
    article_id  uuid NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    category_id uuid NOT NULL REFERENCES categories (id) ON DELETE CASCADE,
    PRIMARY KEY (article_id, category_id)
);

CREATE INDEX idx_article_categories_category_id ON article_categories (category_id);

CREATE TABLE article_herbs (
    article_id uuid     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    herb_id    uuid     NOT NULL REFERENCES herbs (id) ON DELETE CASCADE,
    position   smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (article_id, herb_id)
);

CREATE INDEX idx_article_herbs_herb_id ON article_herbs (herb_id);

CREATE TABLE article_conditions (
    article_id   uuid     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    condition_id uuid     NOT NULL REFERENCES conditions (id) ON DELETE CASCADE,
    position     smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (article_id, condition_id)
);

CREATE INDEX idx_article_conditions_condition_id ON article_conditions (condition_id);
