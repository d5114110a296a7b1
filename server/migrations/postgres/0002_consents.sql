-- What was agreed to: the text's SHA-256, the language it was shown in, and when. None of it says who.
CREATE TABLE consents (
    session_ref TEXT NOT NULL REFERENCES sessions (ref),
    field TEXT NOT NULL,
    text_sha256 BYTEA NOT NULL,
    language TEXT NOT NULL,
    agreed_at BIGINT NOT NULL,
    PRIMARY KEY (session_ref, field)
);
ALTER TABLE sessions ADD COLUMN return_url TEXT;
