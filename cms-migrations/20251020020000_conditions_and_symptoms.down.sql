DROP TABLE condition_symptoms;
DROP TABLE condition_locales;
DROP TABLE conditions;
DROP TABLE symptom_locales;
DROP TABLE symptoms;
DROP TYPE symptom_significance;
