-- What people suffer from, and how it shows.

CREATE TYPE symptom_significance AS ENUM ('cardinal', 'common', 'occasional');

CREATE TABLE symptoms (
    id         uuid               PRIMARY KEY DEFAULT gen_random_uuid(),
    slug       text               NOT NULL,
    -- Whoever has this one is told to call for help before anything else.
    red_flag   boolean            NOT NULL DEFAULT false,
    status     publication_status NOT NULL DEFAULT 'draft',
    created_at timestamptz        NOT NULL DEFAULT now(),
    updated_at timestamptz        NOT NULL DEFAULT now(),
    CONSTRAINT symptoms_slug_key UNIQUE (slug),
    CONSTRAINT symptoms_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
);

CREATE TABLE symptom_locales (
    symptom_id  uuid           NOT NULL REFERENCES symptoms (id) ON DELETE CASCADE,
    locale      content_locale NOT NULL,
    name        text           NOT NULL,
    description text           NOT NULL DEFAULT '',
    PRIMARY KEY (symptom_id, locale),
    CONSTRAINT symptom_locales_name_check CHECK (name <> '')
);

CREATE TABLE conditions (
    id           uuid               PRIMARY KEY DEFAULT gen_random_uuid(),
    slug         text               NOT NULL,
    icd11_code   text,
    category_id  uuid               REFERENCES categories (id) ON DELETE RESTRICT,
    image_id     uuid               REFERENCES media (id) ON DELETE SET NULL,
    status       publication_status NOT NULL DEFAULT 'draft',
    published_at timestamptz,
    created_at   timestamptz        NOT NULL DEFAULT now(),
    updated_at   timestamptz        NOT NULL DEFAULT now(),
    CONSTRAINT conditions_slug_key UNIQUE (slug),
    CONSTRAINT conditions_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT conditions_icd11_code_check CHECK (icd11_code ~ '^[0-9A-Z]{4}(\.[0-9A-Z]{1,2})?$'),
    CONSTRAINT conditions_published_at_check CHECK (status <> 'published' OR published_at IS NOT NULL)
);

CREATE INDEX idx_conditions_category_id ON conditions (category_id);

CREATE INDEX idx_conditions_image_id ON conditions (image_id) WHERE image_id IS NOT NULL;

-- The look-up by code from a practitioner's record.
CREATE INDEX idx_conditions_icd11_code ON conditions (icd11_code) WHERE icd11_code IS NOT NULL;

CREATE TABLE condition_locales (
    condition_id uuid           NOT NULL REFERENCES conditions (id) ON DELETE CASCADE,
    locale       content_locale NOT NULL,
    name         text           NOT NULL,
    summary      text           NOT NULL DEFAULT '',
    body         jsonb          NOT NULL DEFAULT '{}',
    PRIMARY KEY (condition_id, locale),
    CONSTRAINT condition_locales_name_check CHECK (name <> ''),
    CONSTRAINT condition_locales_body_check CHECK (jsonb_typeof(body) = 'object')
);

CREATE TABLE condition_symptoms (
    condition_id uuid                 NOT NULL REFERENCES conditions (id) ON DELETE CASCADE,
    -- A symptom that conditions are recognised by is not deleted from under them.
    symptom_id   uuid                 NOT NULL REFERENCES symptoms (id) ON DELETE RESTRICT,
    significance symptom_significance NOT NULL DEFAULT 'common',
    PRIMARY KEY (condition_id, symptom_id)
);

CREATE INDEX idx_condition_symptoms_symptom_id ON condition_symptoms (symptom_id);
