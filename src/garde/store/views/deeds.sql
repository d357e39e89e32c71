-- What people did and who came to the door, latest first, behind a number of the log.
SELECT seq, body
FROM messages
WHERE kind IN ('Decision', 'Access', 'Judgement', 'Issued') AND seq < :before
ORDER BY seq DESC
LIMIT :most
