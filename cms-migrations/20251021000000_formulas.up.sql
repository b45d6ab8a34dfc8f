-- Prescriptions of several herbs, each with its part in the whole.

CREATE TYPE ingredient_role AS ENUM ('chief', 'deputy', 'assistant', 'envoy');

CREATE TYPE preparation AS ENUM ('decoction', 'powder', 'pill', 'granules', 'tincture', 'plaster');

CREATE TABLE formulas (
    id           uuid               PRIMARY KEY DEFAULT gen_random_uuid(),
    slug         text               NOT NULL,
    pinyin_name  text               NOT NULL,
    -- The classic that the formula was first written down in.
    source_text  text,
    preparation  preparation        NOT NULL DEFAULT 'decoction',
    category_id  uuid               REFERENCES categories (id) ON DELETE RESTRICT,
    image_id     uuid               REFERENCES media (id) ON DELETE SET NULL,
    -- The formula that this one was varied from.
    base_id      uuid               REFERENCES formulas (id) ON DELETE SET NULL,
    status       publication_status NOT NULL DEFAULT 'draft',
    published_at timestamptz,
    created_at   timestamptz        NOT NULL DEFAULT now(),
    updated_at   timestamptz        NOT NULL DEFAULT now(),
    CONSTRAINT formulas_slug_key UNIQUE (slug),
    CONSTRAINT formulas_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT formulas_base_id_check CHECK (base_id <> id),
    CONSTRAINT formulas_published_at_check CHECK (status <> 'published' OR published_at IS NOT NULL)
);

CREATE INDEX idx_formulas_category_id ON formulas (category_id);

CREATE INDEX idx_formulas_image_id ON formulas (image_id) WHERE image_id IS NOT NULL;

CREATE INDEX idx_formulas_base_id ON formulas (base_id) WHERE base_id IS NOT NULL;

-- The public list of formulas, in the order of their names.
CREATE INDEX idx_formulas_pinyin_name ON formulas (pinyin_name) WHERE status = 'published';

CREATE TABLE formula_locales (
    formula_id uuid           NOT NULL REFERENCES formulas (id) ON DELETE CASCADE,
    locale     content_locale NOT NULL,
    name       text           NOT NULL,
    summary    text           NOT NULL DEFAULT '',
    body       jsonb          NOT NULL DEFAULT '{}',
    PRIMARY KEY (formula_id, locale),
    CONSTRAINT formula_locales_name_check CHECK (name <> ''),
    CONSTRAINT formula_locales_body_check CHECK (jsonb_typeof(body) = 'object')
);

CREATE TABLE formula_ingredients (
    id         uuid            PRIMARY KEY DEFAULT gen_random_uuid(),
    formula_id uuid            NOT NULL REFERENCES formulas (id) ON DELETE CASCADE,
    -- Without one of its herbs a formula is another formula, so a herb that is in use stays.
    herb_id    uuid            NOT NULL REFERENCES herbs (id) ON DELETE RESTRICT,
    role       ingredient_role NOT NULL,
    grams      numeric(6, 2)   NOT NULL,
    -- How the herb is treated before it is used, such as `honey-fried`.
    processing text,
    position   smallint        NOT NULL,
    CONSTRAINT formula_ingredients_formula_id_herb_id_key UNIQUE (formula_id, herb_id),
    -- Deferred, so that the editors can exchange two ingredients in one transaction.
    CONSTRAINT formula_ingredients_formula_id_position_key
        UNIQUE (formula_id, position) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT formula_ingredients_grams_check CHECK (grams > 0),
    CONSTRAINT formula_ingredients_position_check CHECK (position >= 1)
);

-- The formulas that contain a herb, on the herb's page.
CREATE INDEX idx_formula_ingredients_herb_id ON formula_ingredients (herb_id);
