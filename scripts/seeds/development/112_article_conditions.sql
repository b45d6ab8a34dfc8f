-- The conditions that an article is about.
INSERT INTO article_conditions (article_id, condition_id, position)
SELECT articles.id, conditions.id, 1
FROM (VALUES
    ('sleep-better-with-what-grows', 'insomnia'),
    ('hay-fever-before-it-starts', 'allergic-rhinitis')
) AS subjects (article, condition)
JOIN articles ON articles.slug = subjects.article
JOIN conditions ON conditions.slug = subjects.condition
ON CONFLICT DO NOTHING;
