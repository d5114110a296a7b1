-- Ids TEXT (UUIDs), times BIGINT (microseconds UTC), BYTEA what is encrypted or hashed. The same tables as in sqlite/.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE flows (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    definition TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (name, version)
);

CREATE TABLE customers (
    id TEXT PRIMARY KEY,
    reference_index BYTEA NOT NULL UNIQUE,
    reference BYTEA NOT NULL,
    data_key BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE sessions (
    ref TEXT PRIMARY KEY,
    id_hash BYTEA NOT NULL UNIQUE,
    id_sealed BYTEA NOT NULL,
    data_key BYTEA NOT NULL,
    flow TEXT NOT NULL REFERENCES flows (id),
    customer TEXT REFERENCES customers (id),
    locale TEXT,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    touched_at BIGINT NOT NULL,
    submitted_at BIGINT,
    completed_at BIGINT,
    expired_at BIGINT,
    risk_score BIGINT,
    decision TEXT,
    reasons TEXT
);
CREATE INDEX sessions_due ON sessions (expires_at) WHERE status = 'PENDING';

CREATE TABLE answers (
    session_ref TEXT NOT NULL REFERENCES sessions (ref),
    field TEXT NOT NULL,
    value BYTEA NOT NULL,
    writer BYTEA,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (session_ref, field)
);

CREATE TABLE saved_steps (
    session_ref TEXT NOT NULL REFERENCES sessions (ref),
    step TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (session_ref, step)
);

CREATE TABLE artifacts (
    id TEXT PRIMARY KEY,
    session_ref TEXT NOT NULL REFERENCES sessions (ref),
    customer TEXT REFERENCES customers (id),
    field TEXT,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    data_key BYTEA NOT NULL,
    facts BYTEA NOT NULL,
    writer BYTEA,
    created_at BIGINT NOT NULL
);
CREATE INDEX artifacts_of_session ON artifacts (session_ref);

CREATE TABLE checks (
    id TEXT PRIMARY KEY,
    session_ref TEXT NOT NULL REFERENCES sessions (ref),
    name TEXT NOT NULL,
    tries BIGINT NOT NULL,
    due_at BIGINT,
    lease TEXT,
    result TEXT,
    reasons TEXT,
    finished_at BIGINT,
    UNIQUE (session_ref, name)
);
CREATE INDEX checks_due ON checks (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE endpoints (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    secret BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE events (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    session_ref TEXT NOT NULL REFERENCES sessions (ref),
    occurrence BIGINT NOT NULL,
    body BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (type, session_ref, occurrence)
);
CREATE INDEX events_of_session ON events (session_ref);

CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    event TEXT NOT NULL REFERENCES events (id),
    endpoint TEXT NOT NULL REFERENCES endpoints (id),
    status TEXT NOT NULL,
    tries BIGINT NOT NULL,
    due_at BIGINT,
    lease TEXT,
    UNIQUE (event, endpoint)
);
CREATE INDEX deliveries_due ON deliveries (endpoint, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE attempts (
    delivery TEXT NOT NULL REFERENCES deliveries (id),
    number BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    status_code BIGINT,
    failure TEXT,
    PRIMARY KEY (delivery, number)
);

CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL
);
CREATE INDEX audit_of_subject ON audit (subject);
