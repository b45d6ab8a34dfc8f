-- What every collection of the CMS uses: its two enum types, pictures and documents, and the tree of categories.
--
-- Keys are UUIDs because content is copied between environments, where counters would collide.
-- A collection has the columns that are the same in every language; its `_locales` table has the rest, one row for
-- each language that is written. Rich text is the editor's document as jsonb, always an object.

CREATE TYPE content_locale AS ENUM ('en', 'de', 'fr', 'zh-Hans');

CREATE TYPE publication_status AS ENUM ('draft', 'published', 'archived');

CREATE TABLE media (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    file_name  text        NOT NULL,
    mime_type  text        NOT NULL,
    file_size  bigint      NOT NULL,
    width      integer,
    height     integer,
    -- The part of the picture that must stay visible when it is cropped, in per cent.
    focal_x    smallint    NOT NULL DEFAULT 50,
    focal_y    smallint    NOT NULL DEFAULT 50,
    -- The generated sizes: name, width, height and file name of each.
    sizes      jsonb       NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    alt_text   text        NOT NULL DEFAULT '',
    CONSTRAINT media_file_name_key UNIQUE (file_name),
    CONSTRAINT media_file_size_check CHECK (file_size > 0),
    CONSTRAINT media_dimensions_check CHECK ((width IS NULL) = (height IS NULL) AND width > 0 AND height > 0),
    CONSTRAINT media_focal_x_check CHECK (focal_x BETWEEN 0 AND 100),
    CONSTRAINT media_focal_y_check CHECK (focal_y BETWEEN 0 AND 100),
    CONSTRAINT media_sizes_check CHECK (jsonb_typeof(sizes) = 'array')
);

CREATE TABLE categories (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    slug       text        NOT NULL,
    -- A category with others below it cannot be deleted: the editors move those first.
    parent_id  uuid        REFERENCES categories (id) ON DELETE RESTRICT,
    position   integer     NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT categories_slug_key UNIQUE (slug),
    CONSTRAINT categories_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT categories_parent_id_check CHECK (parent_id <> id)
);

CREATE INDEX idx_categories_parent_id_position ON categories (parent_id, position);

CREATE TABLE category_locales (
    category_id uuid           NOT NULL REFERENCES categories (id) ON DELETE CASCADE,
    locale      content_locale NOT NULL,
    name        text           NOT NULL,
    description text           NOT NULL DEFAULT '',
    PRIMARY KEY (category_id, locale),
    CONSTRAINT category_locales_name_check CHECK (name <> '')
);
