DROP TABLE practitioner_modalities;
DROP TABLE practitioner_locales;
DROP TABLE practitioners;
DROP TABLE modality_locales;
DROP TABLE modalities;
