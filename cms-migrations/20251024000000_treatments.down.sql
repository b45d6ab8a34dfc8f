DROP TABLE practitioner_conditions;
DROP TABLE condition_modalities;
DROP TABLE condition_formulas;
DROP TABLE condition_herbs;
DROP TYPE evidence_level;
