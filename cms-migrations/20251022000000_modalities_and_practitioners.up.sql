-- crosstrack: requires auth/20251019000000_init
--
-- What is offered besides herbs, and the people who offer it. The first migration that refers to the auth track.

CREATE TABLE modalities (
    id           uuid               PRIMARY KEY DEFAULT gen_random_uuid(),
    slug         text               NOT NULL,
    image_id     uuid               REFERENCES media (id) ON DELETE SET NULL,
    status       publication_status NOT NULL DEFAULT 'draft',
    published_at timestamptz,
    created_at   timestamptz        NOT NULL DEFAULT now(),
    updated_at   timestamptz        NOT NULL DEFAULT now(),
    CONSTRAINT modalities_slug_key UNIQUE (slug),
    CONSTRAINT modalities_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT modalities_published_at_check CHECK (status <> 'published' OR published_at IS NOT NULL)
);

CREATE INDEX idx_modalities_image_id ON modalities (image_id) WHERE image_id IS NOT NULL;

CREATE TABLE modality_locales (
    modality_id uuid           NOT NULL REFERENCES modalities (id) ON DELETE CASCADE,
    locale      content_locale NOT NULL,
    name        text           NOT NULL,
    summary     text           NOT NULL DEFAULT '',
    body        jsonb          NOT NULL DEFAULT '{}',
    PRIMARY KEY (modality_id, locale),
    CONSTRAINT modality_locales_name_check CHECK (name <> ''),
    CONSTRAINT modality_locales_body_check CHECK (jsonb_typeof(body) = 'object')
);

CREATE TABLE practitioners (
    id                   uuid               PRIMARY KEY DEFAULT gen_random_uuid(),
    slug                 text               NOT NULL,
    -- Empty until the practitioner signs in for the first time, and again when the account is deleted: the page
    -- belongs to the directory, and the editors decide when it goes.
    user_id              uuid               REFERENCES users (id) ON DELETE SET NULL,
    display_name         text               NOT NULL,
    portrait_id          uuid               REFERENCES media (id) ON DELETE SET NULL,
    licence_number       text,
    licence_country      text,
    licence_expires_on   date,
    website_url          text,
    city                 text,
    country              text,
    accepts_new_patients boolean            NOT NULL DEFAULT false,
    status               publication_status NOT NULL DEFAULT 'draft',
    published_at         timestamptz,
    created_at           timestamptz        NOT NULL DEFAULT now(),
    updated_at           timestamptz        NOT NULL DEFAULT now(),
    CONSTRAINT practitioners_slug_key UNIQUE (slug),
    -- One page for each person; it also covers the foreign key.
    CONSTRAINT practitioners_user_id_key UNIQUE (user_id),
    CONSTRAINT practitioners_licence_key UNIQUE (licence_country, licence_number),
    CONSTRAINT practitioners_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT practitioners_display_name_check CHECK (display_name <> ''),
    CONSTRAINT practitioners_licence_check CHECK ((licence_number IS NULL) = (licence_country IS NULL)),
    CONSTRAINT practitioners_country_check CHECK (country ~ '^[A-Z]{2}$' AND licence_country ~ '^[A-Z]{2}$'),
    CONSTRAINT practitioners_published_at_check CHECK (status <> 'published' OR published_at IS NOT NULL)
);

CREATE INDEX idx_practitioners_portrait_id ON practitioners (portrait_id) WHERE portrait_id IS NOT NULL;

-- The public directory, by place.
CREATE INDEX idx_practitioners_country_city ON practitioners (country, city) WHERE status = 'published';

CREATE TABLE practitioner_locales (
    practitioner_id uuid           NOT NULL REFERENCES practitioners (id) ON DELETE CASCADE,
    locale          content_locale NOT NULL,
    headline        text           NOT NULL DEFAULT '',
    biography       jsonb          NOT NULL DEFAULT '{}',
    PRIMARY KEY (practitioner_id, locale),
    CONSTRAINT practitioner_locales_biography_check CHECK (jsonb_typeof(biography) = 'object')
);

CREATE TABLE practitioner_modalities (
    practitioner_id uuid NOT NULL REFERENCES practitioners (id) ON DELETE CASCADE,
    modality_id     uuid NOT NULL REFERENCES modalities (id) ON DELETE CASCADE,
    practised_since smallint,
    PRIMARY KEY (practitioner_id, modality_id),
    CONSTRAINT practitioner_modalities_practised_since_check CHECK (practised_since BETWEEN 1900 AND 2200)
);

CREATE INDEX idx_practitioner_modalities_modality_id ON practitioner_modalities (modality_id);
