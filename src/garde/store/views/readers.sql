-- How far did each reader of the log come?
SELECT reader, position
FROM positions
ORDER BY reader
