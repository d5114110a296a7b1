-- Pages show the end of a session's ref, which is random, and operators search for it.
CREATE INDEX sessions_by_end ON sessions (substr(ref, 25));
