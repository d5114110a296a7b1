-- MACs that bind values which are not encrypted to their row. Rows from before get theirs at the first start of the new build
-- (server/src/app.rs).
ALTER TABLE endpoints ADD COLUMN url_mac BYTEA;
ALTER TABLE operators ADD COLUMN role_mac BYTEA;
ALTER TABLE operators ADD COLUMN password_mac BYTEA;
ALTER TABLE sessions ADD COLUMN return_url_mac BYTEA;
ALTER TABLE artifacts ADD COLUMN media_type_mac BYTEA;
ALTER TABLE sign_ins ADD COLUMN operator_mac BYTEA;
ALTER TABLE links ADD COLUMN operator_mac BYTEA;
ALTER TABLE api_keys ADD COLUMN key_hash_mac BYTEA;
ALTER TABLE api_keys ADD COLUMN scopes_mac BYTEA;

-- What the request that submitted a session was: its device, an HMAC of its answers under the session's key, and how many requests after
-- it differed.
ALTER TABLE sessions ADD COLUMN submitted_by BYTEA;
ALTER TABLE sessions ADD COLUMN submitted_mac BYTEA;
ALTER TABLE sessions ADD COLUMN wrong_tries BIGINT NOT NULL DEFAULT 0;

-- Secrets that a page has shown, until the cookie that carried them has expired: no page shows one of them again.
CREATE TABLE shown_secrets (
    cookie_sha256 TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX shown_secrets_age ON shown_secrets (expires_at);
