-- crosstrack: requires auth/20251019000000_init
--
-- Every save of a document, whole and in all its languages, so that a draft can wait beside the published text and
-- an older one can be brought back. The document's own tables hold what is published; `latest` marks the one version
-- that the editors see. Versions stay when their author leaves, and go with their document.

CREATE TABLE herb_versions (
    id            uuid               PRIMARY KEY DEFAULT gen_random_uuid(),
    herb_id       uuid               NOT NULL REFERENCES herbs (id) ON DELETE CASCADE,
    number        integer            NOT NULL,
    status        publication_status NOT NULL DEFAULT 'draft',
    document      jsonb              NOT NULL,
    latest        boolean            NOT NULL DEFAULT false,
    autosave      boolean            NOT NULL DEFAULT false,
    created_by_id uuid               REFERENCES users (id) ON DELETE SET NULL,
    created_at    timestamptz        NOT NULL DEFAULT now(),
    CONSTRAINT herb_versions_herb_id_number_key UNIQUE (herb_id, number),
    CONSTRAINT herb_versions_number_check CHECK (number >= 1),
    CONSTRAINT herb_versions_document_check CHECK (jsonb_typeof(document) = 'object')
);

CREATE UNIQUE INDEX idx_herb_versions_herb_id ON herb_versions (herb_id) WHERE latest;

CREATE INDEX idx_herb_versions_created_by_id ON herb_versions (created_by_id);

CREATE TABLE formula_versions (
    id            uuid               PRIMARY KEY DEFAULT gen_random_uuid(),
    formula_id    uuid               NOT NULL REFERENCES formulas (id) ON DELETE CASCADE,
    number        integer            NOT NULL,
    status        publication_status NOT NULL DEFAULT 'draft',
    document      jsonb              NOT NULL,
    latest        boolean            NOT NULL DEFAULT false,
    autosave      boolean            NOT NULL DEFAULT false,
    created_by_id uuid               REFERENCES users (id) ON DELETE SET NULL,
    created_at    timestamptz        NOT NULL DEFAULT now(),
    CONSTRAINT formula_versions_formula_id_number_key UNIQUE (formula_id, number),
    CONSTRAINT formula_versions_number_check CHECK (number >= 1),
    CONSTRAINT formula_versions_document_check CHECK (jsonb_typeof(document) = 'object')
);

CREATE UNIQUE INDEX idx_formula_versions_formula_id ON formula_versions (formula_id) WHERE latest;

CREATE INDEX idx_formula_versions_created_by_id ON formula_versions (created_by_id);

CREATE TABLE condition_versions (
    id            uuid               PRIMARY KEY DEFAULT gen_random_uuid(),
    condition_id  uuid               NOT NULL REFERENCES conditions (id) ON DELETE CASCADE,
    number        integer            NOT NULL,
    status        publication_status NOT NULL DEFAULT 'draft',
    document      jsonb              NOT NULL,
    latest        boolean            NOT NULL DEFAULT false,
    autosave      boolean            NOT NULL DEFAULT false,
    created_by_id uuid               REFERENCES users (id) ON DELETE SET NULL,
    created_at    timestamptz        NOT NULL DEFAULT now(),
    CONSTRAINT condition_versions_condition_id_number_key UNIQUE (condition_id, number),
    CONSTRAINT condition_versions_number_check CHECK (number >= 1),
    CONSTRAINT condition_versions_document_check CHECK (jsonb_typeof(document) = 'object')
);

CREATE UNIQUE INDEX idx_condition_versions_condition_id ON condition_versions (condition_id) WHERE latest;

CREATE INDEX idx_condition_versions_created_by_id ON condition_versions (created_by_id);

CREATE TABLE article_versions (
    id            uuid               PRIMARY KEY DEFAULT gen_random_uuid(),
    article_id    uuid               NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    number        integer            NOT NULL,
    status        publication_status NOT NULL DEFAULT 'draft',
    document      jsonb              NOT NULL,
    latest        boolean            NOT NULL DEFAULT false,
    autosave      boolean            NOT NULL DEFAULT false,
    created_by_id uuid               REFERENCES users (id) ON DELETE SET NULL,
    created_at    timestamptz        NOT NULL DEFAULT now(),
    CONSTRAINT article_versions_article_id_number_key UNIQUE (article_id, number),
    CONSTRAINT article_versions_number_check CHECK (number >= 1),
    CONSTRAINT article_versions_document_check CHECK (jsonb_typeof(document) = 'object')
);

CREATE UNIQUE INDEX idx_article_versions_article_id ON article_versions (article_id) WHERE latest;

CREATE INDEX idx_article_versions_created_by_id ON article_versions (created_by_id);
