-- The logo of each version of a flow that has one, encoded by us when the version was imported. Empty where it could not be decoded.
CREATE TABLE logos (
    flow TEXT PRIMARY KEY REFERENCES flows (id),
    png BYTEA NOT NULL
);
