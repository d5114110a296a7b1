-- Actors and subjects get their own columns instead of being packed into text, events can be about any subject, and all checks of a
-- session are one row of a queue.

-- Audit rows: who acted, and which rows it concerned, each in its own column.
ALTER TABLE audit ADD COLUMN actor_id TEXT;
ALTER TABLE audit ADD COLUMN artifact TEXT;
ALTER TABLE audit ADD COLUMN customer TEXT;
ALTER TABLE audit ADD COLUMN decision TEXT;
UPDATE audit SET actor_id = substr(actor, 10), actor = 'operator' WHERE actor LIKE 'operator:%';
UPDATE audit SET actor_id = substr(actor, 5), actor = 'key' WHERE actor LIKE 'key:%';
UPDATE audit SET artifact = split_part(detail, ' ', 1), customer = split_part(detail, ' ', 2)
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
CREATE TABLE check_reasons (
    session_ref TEXT NOT NULL REFERENCES sessions (ref),
    check_name TEXT NOT NULL,
    number BIGINT NOT NULL,
    code TEXT NOT NULL,
    field TEXT,
    details BYTEA,
    PRIMARY KEY (session_ref, check_name, number)
);
INSERT INTO check_reasons (session_ref, check_name, number, code)
    SELECT session_ref, name, 1, 'cpf.check_digits' FROM checks WHERE ',' || reasons || ',' LIKE '%,cpf.check\_digits,%'
    UNION ALL SELECT session_ref, name, 2, 'cpf.repeated_digits' FROM checks WHERE ',' || reasons || ',' LIKE '%,cpf.repeated\_digits,%'
    UNION ALL SELECT session_ref, name, 3, 'evidence.missing' FROM checks WHERE ',' || reasons || ',' LIKE '%,evidence.missing,%'
    UNION ALL SELECT session_ref, name, 4, 'evidence.small' FROM checks WHERE ',' || reasons || ',' LIKE '%,evidence.small,%'
    UNION ALL SELECT session_ref, name, 5, 'evidence.unreadable' FROM checks WHERE ',' || reasons || ',' LIKE '%,evidence.unreadable,%';
DELETE FROM checks WHERE result IS NULL;
ALTER TABLE checks DROP COLUMN id, DROP COLUMN tries, DROP COLUMN due_at, DROP COLUMN lease, DROP COLUMN reasons, DROP COLUMN finished_at,
    ADD COLUMN version BIGINT NOT NULL DEFAULT 1, ADD COLUMN waiting_until BIGINT,
    ADD PRIMARY KEY (session_ref, name);
ALTER TABLE checks DROP CONSTRAINT checks_session_ref_name_key, ALTER COLUMN version DROP DEFAULT;

-- Events about any subject, with a sequence number within the subject.
ALTER TABLE events RENAME COLUMN session_ref TO subject;
ALTER TABLE events DROP CONSTRAINT events_session_ref_fkey, DROP CONSTRAINT events_type_session_ref_occurrence_key,
    ADD COLUMN subject_kind TEXT NOT NULL DEFAULT 'SESSION', ADD COLUMN sequence BIGINT;
UPDATE events SET sequence = numbered.sequence
    FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY subject ORDER BY created_at, id) AS sequence FROM events) AS numbered WHERE numbered.id = events.id;
ALTER TABLE events ALTER COLUMN subject_kind DROP DEFAULT, ALTER COLUMN sequence SET NOT NULL,
    ADD UNIQUE (subject, type, occurrence), ADD UNIQUE (subject, sequence);
DROP INDEX events_of_session;
ALTER TABLE deliveries ADD COLUMN claims BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ALTER COLUMN claims DROP DEFAULT;

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
