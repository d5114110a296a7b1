-- What the audit log names besides, the state of each endpoint, and names of API keys.

-- `step`: the place of a step in the session's version of its flow, from 1. `routine`: 1 for what happens often, which a timeline folds.
-- `once`: makes a read that is repeated one row only (server/src/store/audit.rs).
ALTER TABLE audit ADD COLUMN step BIGINT;
ALTER TABLE audit ADD COLUMN routine BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN once TEXT;
CREATE UNIQUE INDEX audit_once ON audit (once);
DROP INDEX audit_of_subject;
CREATE INDEX audit_of_subject ON audit (subject, routine, at, id);

-- How an endpoint answers. Each recorded try writes it, so that no list has to read the tries. `failure` is the status or the word of
-- the last failed try.
CREATE TABLE endpoint_health (
    endpoint TEXT PRIMARY KEY REFERENCES endpoints (id),
    succeeded_at BIGINT,
    failing_since BIGINT,
    failed_at BIGINT,
    failure TEXT
);
INSERT INTO endpoint_health (endpoint, succeeded_at, failed_at)
    SELECT d.endpoint,
        MAX(CASE WHEN a.status_code BETWEEN 200 AND 299 THEN a.started_at END),
        MAX(CASE WHEN a.status_code IS NULL OR a.status_code NOT BETWEEN 200 AND 299 THEN a.started_at END)
    FROM attempts a JOIN deliveries d ON d.id = a.delivery GROUP BY d.endpoint;
UPDATE endpoint_health SET failing_since = (
    SELECT MIN(a.started_at) FROM attempts a JOIN deliveries d ON d.id = a.delivery
    WHERE d.endpoint = endpoint_health.endpoint AND a.started_at > COALESCE(endpoint_health.succeeded_at, 0)
        AND (a.status_code IS NULL OR a.status_code NOT BETWEEN 200 AND 299));
UPDATE endpoint_health SET failure = (
    SELECT COALESCE(CAST(a.status_code AS TEXT), a.failure) FROM attempts a JOIN deliveries d ON d.id = a.delivery
    WHERE d.endpoint = endpoint_health.endpoint AND a.started_at = endpoint_health.failed_at
        AND (a.status_code IS NULL OR a.status_code NOT BETWEEN 200 AND 299) LIMIT 1)
    WHERE failed_at IS NOT NULL;

-- The name that an operator gave a key; earlier keys have none.
ALTER TABLE api_keys ADD COLUMN name TEXT;
