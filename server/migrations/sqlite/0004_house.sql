-- Actors and subjects get their own columns instead of being packed into text, events can be about any subject, and all checks of a
-- session are one row of a queue.

-- Audit rows: who acted, and which rows it concerned, each in its own column.
ALTER TABLE audit ADD COLUMN actor_id TEXT;
ALTER TABLE audit ADD COLUMN artifact TEXT;
ALTER TABLE audit ADD COLUMN customer TEXT;
ALTER TABLE audit ADD COLUMN decision TEXT;
UPDATE audit SET actor_id = substr(actor, 10), actor = 'operator' WHERE actor LIKE 'operator:%';
UPDATE audit SET actor_id = substr(actor, 5), actor = 'key' WHERE actor LIKE 'key:%';
UPDATE audit SET artifact = substr(detail, 1, instr(detail, ' ') - 1), customer = substr(detail, instr(detail, ' ') + 1)
    WHERE action IN ('artifact.linked', 'artifact.unlinked') AND detail LIKE '% %';
UPDATE audit SET customer = detail WHERE action IN ('session.linked', 'session.unlinked');
UPDATE audit SET decision = detail WHERE action = 'session.reviewed';
ALTER TABLE audit DROP COLUMN detail;

-- The checks, weights and bands that the import resolved for a version, as JSON. Earlier versions have NULL and keep the checks and weights
-- of their time (server/src/flows/legacy.rs).
ALTER TABLE flows ADD COLUMN resolved TEXT;

-- The queue of checks: one row for all checks of a session. `claims` counts the claims since a try was last recorded.
CREATE TABLE check_runs (
    id TEXT PRIMARY KEY REFERENCES sessions (ref),
    due_at BIGINT,
    lease TEXT,
    tries BIGINT NOT NULL,
    claims BIGINT NOT NULL
);
CREATE INDEX check_runs_due ON check_runs (due_at) WHERE due_at IS NOT NULL;
INSERT INTO check_runs (id, due_at, tries, claims) SELECT ref, submitted_at, 0, 0 FROM sessions WHERE status = 'PROCESSING';

-- The results of checks. Their reasons become rows.
CREATE TABLE new_checks (
    session_ref TEXT NOT NULL REFERENCES sessions (ref),
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    result TEXT,
    waiting_until BIGINT,
    PRIMARY KEY (session_ref, name)
);
INSERT INTO new_checks (session_ref, name, version, result) SELECT session_ref, name, 1, result FROM checks WHERE result IS NOT NULL;

CREATE TABLE check_reasons (
    session_ref TEXT NOT NULL REFERENCES sessions (ref),
    check_name TEXT NOT NULL,
    number BIGINT NOT NULL,
    code TEXT NOT NULL,
    field TEXT,
    details BLOB,
    PRIMARY KEY (session_ref, check_name, number)
);
INSERT INTO check_reasons (session_ref, check_name, number, code)
    SELECT session_ref, name, 1, 'cpf.check_digits' FROM checks WHERE ',' || reasons || ',' LIKE '%,cpf.check\_digits,%' ESCAPE '\'
    UNION ALL SELECT session_ref, name, 2, 'cpf.repeated_digits' FROM checks WHERE ',' || reasons || ',' LIKE '%,cpf.repeated\_digits,%' ESCAPE '\'
    UNION ALL SELECT session_ref, name, 3, 'evidence.missing' FROM checks WHERE ',' || reasons || ',' LIKE '%,evidence.missing,%'
    UNION ALL SELECT session_ref, name, 4, 'evidence.small' FROM checks WHERE ',' || reasons || ',' LIKE '%,evidence.small,%'
    UNION ALL SELECT session_ref, name, 5, 'evidence.unreadable' FROM checks WHERE ',' || reasons || ',' LIKE '%,evidence.unreadable,%';
DROP TABLE checks;
ALTER TABLE new_checks RENAME TO checks;

-- Events about any subject, with a sequence number within the subject. The three tables are copied together, because each refers to the one
-- before.
CREATE TABLE new_events (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    occurrence BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    body BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (subject, type, occurrence),
    UNIQUE (subject, sequence)
);
INSERT INTO new_events (id, type, subject_kind, subject, occurrence, sequence, body, created_at)
    SELECT id, type, 'SESSION', session_ref, occurrence, ROW_NUMBER() OVER (PARTITION BY session_ref ORDER BY created_at, id), body, created_at FROM events;

CREATE TABLE new_deliveries (
    id TEXT PRIMARY KEY,
    event TEXT NOT NULL REFERENCES new_events (id),
    endpoint TEXT NOT NULL REFERENCES endpoints (id),
    status TEXT NOT NULL,
    due_at BIGINT,
    lease TEXT,
    tries BIGINT NOT NULL,
    claims BIGINT NOT NULL,
    UNIQUE (event, endpoint)
);
INSERT INTO new_deliveries (id, event, endpoint, status, due_at, lease, tries, claims)
    SELECT id, event, endpoint, status, due_at, lease, tries, 0 FROM deliveries;

CREATE TABLE new_attempts (
    delivery TEXT NOT NULL REFERENCES new_deliveries (id),
    number BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    status_code BIGINT,
    failure TEXT,
    PRIMARY KEY (delivery, number)
);
INSERT INTO new_attempts (delivery, number, started_at, duration_ms, status_code, failure)
    SELECT delivery, number, started_at, duration_ms, status_code, failure FROM attempts;

DROP TABLE attempts;
DROP TABLE deliveries;
DROP TABLE events;
ALTER TABLE new_events RENAME TO events;
ALTER TABLE new_deliveries RENAME TO deliveries;
ALTER TABLE new_attempts RENAME TO attempts;
CREATE INDEX deliveries_due ON deliveries (endpoint, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_to_endpoint ON deliveries (endpoint, id);

-- The sequence number of the last event of each subject.
CREATE TABLE event_counters (
    subject TEXT PRIMARY KEY,
    last BIGINT NOT NULL
);
INSERT INTO event_counters (subject, last) SELECT subject, MAX(sequence) FROM events GROUP BY subject;

-- Objects in the storage without a row in `artifacts`: their upload has not committed yet, or they are to be deleted.
CREATE TABLE pending_objects (
    id TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL
);
CREATE INDEX pending_objects_age ON pending_objects (created_at);

-- Work that repeats at an interval. One process at a time runs a sweep.
CREATE TABLE sweeps (
    id TEXT PRIMARY KEY,
    due_at BIGINT,
    lease TEXT,
    tries BIGINT NOT NULL,
    claims BIGINT NOT NULL
);

-- Followers of transitions that failed and are to be tried again, although the transition committed.
CREATE TABLE follow_ups (
    id TEXT PRIMARY KEY,
    follower TEXT NOT NULL,
    session_ref TEXT NOT NULL REFERENCES sessions (ref),
    change TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    due_at BIGINT,
    lease TEXT,
    tries BIGINT NOT NULL,
    claims BIGINT NOT NULL
);
CREATE INDEX follow_ups_due ON follow_ups (due_at) WHERE due_at IS NOT NULL;
