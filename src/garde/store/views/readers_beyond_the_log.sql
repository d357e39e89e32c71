-- Which readers of the log believe to have read more than it holds?
SELECT reader, position
FROM positions
WHERE CAST(position AS BIGINT) > (SELECT COALESCE(MAX(seq), 0) FROM messages)
ORDER BY reader
