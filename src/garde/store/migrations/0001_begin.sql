-- The message log in order of arrival, nouns by id, links to find nouns by, and how far each reader of the log came.
CREATE TABLE messages (
    seq {serial},
    id TEXT NOT NULL UNIQUE,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body {bytes} NOT NULL
);
CREATE TABLE records (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    body {bytes} NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE TABLE links (
    kind TEXT NOT NULL,
    link TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (kind, link, id)
);
CREATE INDEX links_of_a_record ON links (kind, id);
CREATE TABLE positions (
    reader TEXT PRIMARY KEY,
    position TEXT NOT NULL
)
