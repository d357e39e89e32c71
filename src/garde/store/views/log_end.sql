-- The sequence number of the last message of the log, 0 while there is none.
SELECT COALESCE(MAX(seq), 0) AS seq FROM messages
