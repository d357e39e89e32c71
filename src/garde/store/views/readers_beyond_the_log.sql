-- Which readers of the log believe to have read more than was ever in it?
SELECT reader, position
FROM positions
WHERE CAST(position AS BIGINT) > (SELECT seq FROM chain)
ORDER BY reader
