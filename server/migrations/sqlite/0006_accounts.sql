-- Sign-ins know their browser; audit rows of sign-ins and refusals keep the address they came from, sealed, and how many a row stands for.
ALTER TABLE sign_ins ADD COLUMN browser TEXT;
ALTER TABLE sign_ins ADD COLUMN source BLOB;

ALTER TABLE audit ADD COLUMN source BLOB;
ALTER TABLE audit ADD COLUMN times BIGINT;
ALTER TABLE audit ADD COLUMN role TEXT;
DROP INDEX audit_of_subject;
CREATE INDEX audit_of_subject ON audit (subject, at, id);
-- Addresses are removed after a while.
CREATE INDEX audit_sources ON audit (at) WHERE source IS NOT NULL;
