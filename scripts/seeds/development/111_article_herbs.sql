-- The herbs that an article is about.
INSERT INTO article_herbs (article_id, herb_id, position)
SELECT articles.id, herbs.id, subjects.position
FROM (VALUES
    ('sleep-better-with-what-grows', 'suan-zao-ren', 1),
    ('the-four-gentlemen', 'ren-shen', 1),
    ('the-four-gentlemen', 'bai-zhu', 2),
    ('the-four-gentlemen', 'fu-ling', 3),
    ('the-four-gentlemen', 'gan-cao', 4)
) AS subjects (article, herb, position)
JOIN articles ON articles.slug = subjects.article
JOIN herbs ON herbs.slug = subjects.herb
ON CONFLICT DO NOTHING;
