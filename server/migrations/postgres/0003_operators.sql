-- Operators, how they come in, what they decide, the API's keys, and the indexes that lists and searches read by.
CREATE TABLE operators (
    id TEXT PRIMARY KEY,
    email_index BYTEA NOT NULL UNIQUE,
    email BYTEA NOT NULL,
    role TEXT NOT NULL,
    password TEXT,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE sign_ins (
    token_hash BYTEA PRIMARY KEY,
    operator TEXT NOT NULL REFERENCES operators (id),
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX sign_ins_of ON sign_ins (operator);

-- Invitations and one-time sign-in links: each opens once.
CREATE TABLE links (
    token_hash BYTEA PRIMARY KEY,
    operator TEXT NOT NULL REFERENCES operators (id),
    kind TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX links_of ON links (operator);

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    key_hash BYTEA NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    disabled_at BIGINT
);

-- What a request that creates was answered, so that the same request again gets the same answer.
CREATE TABLE idempotency (
    api_key TEXT NOT NULL REFERENCES api_keys (id),
    key_index BYTEA NOT NULL,
    body_index BYTEA NOT NULL,
    answer BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (api_key, key_index)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE reviews (
    session_ref TEXT NOT NULL REFERENCES sessions (ref),
    number BIGINT NOT NULL,
    operator TEXT NOT NULL REFERENCES operators (id),
    decision TEXT NOT NULL,
    reason BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (session_ref, number)
);

ALTER TABLE audit ADD COLUMN detail TEXT;

CREATE INDEX sessions_of_status ON sessions (status, ref);
CREATE INDEX sessions_to_review ON sessions (decision, ref) WHERE status = 'COMPLETED';
CREATE INDEX sessions_of_customer ON sessions (customer, ref);
CREATE INDEX artifacts_of_customer ON artifacts (customer, id);
CREATE INDEX artifacts_unresolved ON artifacts (id) WHERE customer IS NULL;
CREATE INDEX deliveries_to_endpoint ON deliveries (endpoint, id);
