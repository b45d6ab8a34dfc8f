-- The magazine's articles, by the names of things. A file of statements says itself what happens to rows that are there.
INSERT INTO article_categories (article_id, category_id)
SELECT articles.id, categories.id
FROM (VALUES
    ('sleep-better-with-what-grows', 'calm-the-spirit'),
    ('sleep-better-with-what-grows', 'magazine'),
    ('hay-fever-before-it-starts', 'magazine'),
    ('what-a-first-visit-is-like', 'magazine'),
    ('herbs-and-your-other-medicines', 'magazine'),
    ('the-four-gentlemen', 'tonics'),
    ('the-four-gentlemen', 'magazine')
) AS subjects (article, category)
JOIN articles ON articles.slug = subjects.article
JOIN categories ON categories.slug = subjects.category
ON CONFLICT DO NOTHING;
