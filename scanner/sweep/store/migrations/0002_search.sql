-- What is searched for, in rows that are narrow enough to read all of them: an occurrence's
-- path and, with repository 0, what belongs to the finding itself. In lower case.
CREATE TABLE needle (
    finding_id BIGINT NOT NULL,
    repository_id BIGINT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (finding_id, repository_id)
);
INSERT INTO needle (finding_id, repository_id, text) SELECT id, 0, LOWER(mask || ' ' || rule || ' ' || owner) FROM finding;
INSERT INTO needle (finding_id, repository_id, text) SELECT finding_id, repository_id, LOWER(path) FROM occurrence;

-- What the overview counts, without the findings' rows.
CREATE INDEX finding_counts ON finding (state, severity, due_at, assignee);
-- What a sweep's end makes open.
CREATE INDEX finding_by_sweep ON finding (state, state_sweep);
