-- {{key}} and {{bytes}} differ between the databases. Times are microseconds since 1970,
-- UTC; lists are JSON. No column holds a secret: masks and fingerprints alone.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE target (
    id {{key}},
    name TEXT NOT NULL UNIQUE,          -- as the configuration names it: github:acme
    active BOOLEAN NOT NULL,            -- the latest sweep had it
    listed_at BIGINT,                   -- when it was last listed to its end
    error TEXT NOT NULL                 -- why it could not be; '' if it was
);

CREATE TABLE repository (
    id {{key}},
    identity TEXT NOT NULL UNIQUE,      -- outlasts a change of name
    target_id BIGINT NOT NULL REFERENCES target (id),
    host TEXT NOT NULL,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    full_name TEXT NOT NULL,
    clone_url TEXT NOT NULL,
    web_url TEXT NOT NULL,
    default_branch TEXT NOT NULL,
    archived BOOLEAN NOT NULL,
    fork BOOLEAN NOT NULL,
    empty BOOLEAN NOT NULL,
    private BOOLEAN NOT NULL,
    size_kb BIGINT NOT NULL,
    pushed_at BIGINT,
    presence TEXT NOT NULL,             -- listed, left-out, gone
    presence_reason TEXT NOT NULL,
    first_seen_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,            -- last listed
    listed_in BIGINT NOT NULL,          -- the sweep that last listed it
    job_id BIGINT,                      -- the job that scans it, or will
    holder TEXT NOT NULL,               -- the cache that holds its mirror
    scan_id BIGINT,                     -- the latest scan
    whole_id BIGINT,                    -- the latest that examined it whole
    whole_at BIGINT,                    -- when it was last known to be examined whole
    mark TEXT NOT NULL,                 -- all that the whole scan depended on
    pushed_mark BIGINT,                 -- what pushed_at was when it was scanned
    verdict TEXT NOT NULL,              -- of the latest scan; '' for none
    reason TEXT NOT NULL,
    findings INTEGER NOT NULL,          -- that stand in it and are not settled
    risk BIGINT NOT NULL                -- the higher, the sooner to be looked at
);
CREATE INDEX repository_by_name ON repository (full_name, id);
CREATE INDEX repository_by_risk ON repository (risk DESC, id DESC);
CREATE INDEX repository_by_target ON repository (target_id, listed_in);
CREATE INDEX repository_by_whole ON repository (whole_at, id);
CREATE INDEX repository_by_job ON repository (job_id) WHERE job_id IS NOT NULL;

CREATE TABLE sweep (
    id {{key}},
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    status TEXT NOT NULL,               -- running, ended, abandoned
    who TEXT NOT NULL,
    plan TEXT NOT NULL,                 -- the configuration, which names tokens and holds none
    listing INTEGER NOT NULL,           -- targets still to be listed
    remaining INTEGER NOT NULL,         -- repositories still to be scanned
    total INTEGER NOT NULL
);

CREATE TABLE task (
    sweep_id BIGINT NOT NULL REFERENCES sweep (id),
    repository_id BIGINT NOT NULL REFERENCES repository (id),
    scan_id BIGINT,                     -- NULL while it is to be done
    PRIMARY KEY (sweep_id, repository_id)
);
CREATE INDEX task_pending ON task (repository_id) WHERE scan_id IS NULL;

CREATE TABLE listing (
    sweep_id BIGINT NOT NULL REFERENCES sweep (id),
    target_id BIGINT NOT NULL REFERENCES target (id),
    done BOOLEAN NOT NULL,
    PRIMARY KEY (sweep_id, target_id)
);

CREATE TABLE left_out (
    target_id BIGINT NOT NULL REFERENCES target (id),
    n INTEGER NOT NULL,
    name TEXT NOT NULL,
    cause TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (target_id, n)
);

CREATE TABLE scan (
    id {{key}},
    sweep_id BIGINT NOT NULL,
    repository_id BIGINT NOT NULL REFERENCES repository (id),
    job_id BIGINT NOT NULL,
    attempt INTEGER NOT NULL,
    worker TEXT NOT NULL,
    verdict TEXT NOT NULL,              -- whole, part, failed
    unchanged BOOLEAN NOT NULL,         -- nothing had changed since the scan before
    code TEXT NOT NULL,                 -- why not whole; '' if it was
    reason TEXT NOT NULL,
    tip TEXT NOT NULL,                  -- HEAD's commit; '' for none
    rule_set TEXT NOT NULL,
    scope TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    blobs BIGINT NOT NULL,
    remembered BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    commits BIGINT NOT NULL,
    files BIGINT NOT NULL,
    findings INTEGER NOT NULL,
    unexamined INTEGER NOT NULL
);
CREATE INDEX scan_by_repository ON scan (repository_id, id);
CREATE INDEX scan_by_sweep ON scan (sweep_id, id);

CREATE TABLE unexamined (
    repository_id BIGINT NOT NULL REFERENCES repository (id),
    n INTEGER NOT NULL,
    path TEXT NOT NULL,
    place TEXT NOT NULL,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    partial BOOLEAN NOT NULL,
    PRIMARY KEY (repository_id, n)
);

CREATE TABLE finding (
    id {{key}},
    rule TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    kind TEXT NOT NULL,
    class TEXT NOT NULL,
    severity TEXT NOT NULL,
    urgency INTEGER NOT NULL,           -- the severity's rank
    confidence DOUBLE PRECISION NOT NULL,
    mask TEXT NOT NULL,
    evidence TEXT NOT NULL,
    state TEXT NOT NULL,
    state_at BIGINT NOT NULL,
    state_sweep BIGINT NOT NULL,        -- 0 for a person's decision
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    until BIGINT,                       -- accepted until; NULL for always
    assignee TEXT NOT NULL,
    owner TEXT NOT NULL,
    due_at BIGINT,
    first_seen_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    repositories INTEGER NOT NULL,      -- in which it stands
    in_head BOOLEAN NOT NULL,
    UNIQUE (rule, fingerprint)
);
CREATE INDEX finding_by_urgency ON finding (urgency DESC, id DESC);
CREATE INDEX finding_by_state ON finding (state, urgency DESC, id DESC);
CREATE INDEX finding_by_rule ON finding (rule, urgency DESC, id DESC);
CREATE INDEX finding_by_until ON finding (until) WHERE until IS NOT NULL;
CREATE INDEX finding_by_fingerprint ON finding (fingerprint);
CREATE INDEX finding_by_assignee ON finding (assignee, urgency DESC, id DESC);

CREATE TABLE occurrence (
    finding_id BIGINT NOT NULL REFERENCES finding (id),
    repository_id BIGINT NOT NULL REFERENCES repository (id),
    present BOOLEAN NOT NULL,           -- FALSE once a whole scan did not see it
    scope TEXT NOT NULL,                -- of the scan that last saw it
    first_scan BIGINT NOT NULL,
    last_scan BIGINT NOT NULL,          -- that saw it
    path TEXT NOT NULL,                 -- of the place to look at first
    line INTEGER NOT NULL,
    in_head BOOLEAN NOT NULL,
    detail TEXT NOT NULL,               -- the finding as its scan told it, with its sightings
    PRIMARY KEY (finding_id, repository_id)
);
CREATE INDEX occurrence_by_repository ON occurrence (repository_id, present);

CREATE TABLE event (
    id {{key}},
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    who TEXT NOT NULL,                  -- '' for a sweep
    why TEXT NOT NULL,
    finding_id BIGINT,
    repository_id BIGINT,
    sweep_id BIGINT,
    before TEXT NOT NULL,               -- states; '' if it is about none
    after TEXT NOT NULL
);
CREATE INDEX event_by_finding ON event (finding_id, id);
CREATE INDEX event_by_repository ON event (repository_id, id);
CREATE INDEX event_by_sweep ON event (sweep_id, kind, id);

CREATE TABLE tally (                    -- how many findings there were when a sweep ended
    sweep_id BIGINT NOT NULL REFERENCES sweep (id),
    state TEXT NOT NULL,
    severity TEXT NOT NULL,
    findings BIGINT NOT NULL,
    PRIMARY KEY (sweep_id, state, severity)
);

CREATE TABLE content (                  -- contents that hold nothing, under one rule set
    id {{key}},
    rule_set TEXT NOT NULL,
    repository_id BIGINT NOT NULL,      -- that brought them
    records {{bytes}} NOT NULL
);
CREATE INDEX content_by_repository ON content (rule_set, repository_id);

CREATE TABLE content_sample (           -- some of a piece's contents, by which it is found
    rule_set TEXT NOT NULL,
    sample BIGINT NOT NULL,
    content_id BIGINT NOT NULL,
    PRIMARY KEY (rule_set, sample, content_id)
);
CREATE INDEX content_sample_by_content ON content_sample (content_id);

CREATE TABLE worker (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,                 -- for people: machine and process
    cache TEXT NOT NULL,                -- the cache it holds mirrors in
    started_at BIGINT NOT NULL,
    renewed_at BIGINT NOT NULL          -- by the database's clock
);

CREATE TABLE schedule (
    name TEXT PRIMARY KEY,
    plan TEXT NOT NULL,
    every BIGINT NOT NULL,              -- microseconds
    next_run_at BIGINT NOT NULL
);
