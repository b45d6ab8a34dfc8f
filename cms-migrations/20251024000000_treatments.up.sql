-- What helps with a condition, and who treats it.
--
-- Three tables and not one with a column for the kind: each is a real foreign key, so no row can point to nothing.

CREATE TYPE evidence_level AS ENUM ('traditional_use', 'case_reports', 'observational', 'trial', 'systematic_review');

CREATE TABLE condition_herbs (
    condition_id uuid           NOT NULL REFERENCES conditions (id) ON DELETE CASCADE,
    herb_id      uuid           NOT NULL REFERENCES herbs (id) ON DELETE CASCADE,
    evidence     evidence_level NOT NULL DEFAULT 'traditional_use',
    reference    text,
    PRIMARY KEY (condition_id, herb_id)
);

CREATE INDEX idx_condition_herbs_herb_id ON condition_herbs (herb_id);

CREATE TABLE condition_formulas (
    condition_id uuid           NOT NULL REFERENCES conditions (id) ON DELETE CASCADE,
    formula_id   uuid           NOT NULL REFERENCES formulas (id) ON DELETE CASCADE,
    -- The pattern that the formula is given for; one condition may show as several.
    pattern      text           NOT NULL DEFAULT '',
    evidence     evidence_level NOT NULL DEFAULT 'traditional_use',
    reference    text,
    PRIMARY KEY (condition_id, formula_id, pattern)
);

CREATE INDEX idx_condition_formulas_formula_id ON condition_formulas (formula_id);

CREATE TABLE condition_modalities (
    condition_id uuid           NOT NULL REFERENCES conditions (id) ON DELETE CASCADE,
    modality_id  uuid           NOT NULL REFERENCES modalities (id) ON DELETE CASCADE,
    evidence     evidence_level NOT NULL DEFAULT 'traditional_use',
    reference    text,
    PRIMARY KEY (condition_id, modality_id)
);

CREATE INDEX idx_condition_modalities_modality_id ON condition_modalities (modality_id);

CREATE TABLE practitioner_conditions (
    practitioner_id uuid NOT NULL REFERENCES practitioners (id) ON DELETE CASCADE,
    condition_id    uuid NOT NULL REFERENCES conditions (id) ON DELETE CASCADE,
    PRIMARY KEY (practitioner_id, condition_id)
);

CREATE INDEX idx_practitioner_conditions_condition_id ON practitioner_conditions (condition_id);
