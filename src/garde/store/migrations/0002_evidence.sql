-- The chain over all messages: a link for each, its head, and the seals that sign it.
ALTER TABLE messages ADD COLUMN link {bytes};
CREATE TABLE chain (
    head INTEGER PRIMARY KEY,
    seq BIGINT NOT NULL,
    link {bytes} NOT NULL,
    seals BIGINT NOT NULL
);
CREATE TABLE seals (
    number BIGINT NOT NULL PRIMARY KEY,
    statement {bytes} NOT NULL,
    signature {bytes} NOT NULL
)
