-- Answers of hosts that they may confirm instead of sending them again. The key is a hash of
-- the URL and of the name of the token that it was asked with; the body is compressed.
CREATE TABLE answer (
    key TEXT PRIMARY KEY,
    etag TEXT NOT NULL,
    next TEXT NOT NULL,
    body {{bytes}} NOT NULL,
    used_at BIGINT NOT NULL
);
CREATE INDEX answer_by_use ON answer (used_at);

-- Who fetches from a host just now.
CREATE TABLE host_slot (
    host TEXT NOT NULL,
    n INTEGER NOT NULL,
    worker TEXT NOT NULL,
    PRIMARY KEY (host, n)
);
