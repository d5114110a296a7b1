-- By what the check `duplicate` finds the same person or file again: HMACs, cut to 16 bytes. They go with the row that they were made of.

-- A CPF, or the number of a document, that was entered in a submitted session.
CREATE TABLE fingerprints (
    value_index BLOB NOT NULL,
    session_ref TEXT NOT NULL REFERENCES sessions (ref) ON DELETE CASCADE,
    PRIMARY KEY (value_index, session_ref)
) WITHOUT ROWID;
CREATE INDEX fingerprints_of_session ON fingerprints (session_ref);

-- A file's content, and parts of what its picture looks like.
CREATE TABLE file_fingerprints (
    value_index BLOB NOT NULL,
    artifact TEXT NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE,
    PRIMARY KEY (value_index, artifact)
) WITHOUT ROWID;
CREATE INDEX file_fingerprints_of_artifact ON file_fingerprints (artifact);

-- For the check `velocity`: the device (kind 0), the network (1) and the customer (2) of each submitted session, as HMACs, for 30 days. A
-- device is one row for each of its resume cookies.
CREATE TABLE visits (
    value_index BLOB NOT NULL,
    at BIGINT NOT NULL,
    session_ref TEXT NOT NULL REFERENCES sessions (ref) ON DELETE CASCADE,
    kind BIGINT NOT NULL,
    PRIMARY KEY (value_index, at, session_ref)
) WITHOUT ROWID;
CREATE INDEX visits_of_session ON visits (session_ref);
CREATE INDEX visits_in_time ON visits (at);
