-- The magazine's articles, by the names of things. A file of statements says itself what happens to rows that are there.
INSERT INTO article_categories (article_id, category_id)
SELECT articles.id, categories.id
FROM articles CROSS JOIN categories
WHERE categories.slug = 'magazine'
ON CONFLICT DO NOTHING;
