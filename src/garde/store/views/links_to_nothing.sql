-- Which words lead to a noun that is not there?
SELECT links.kind, links.link, links.id
FROM links
LEFT JOIN records ON records.kind = links.kind AND records.id = links.id
WHERE records.id IS NULL
ORDER BY links.kind, links.link, links.id
LIMIT :most
