-- How many versions of rules there were when a transaction was decided: `rules.number` of the newest, 0 if there was none. So it is known
-- which versions judged it. NULL if it was imported, or decided before this migration.
ALTER TABLE transactions ADD COLUMN rules_number BIGINT;

-- Most transactions are approved at once, and no page asks for those alone.
CREATE INDEX transactions_of_status ON transactions (status, ref) WHERE status <> 'APPROVED';
-- What waits, by customer.
CREATE INDEX transactions_waiting ON transactions (customer, ref) WHERE settled_at IS NULL;

-- Which version of which rule matched which transaction. Written with the transaction and never changed; what the conditions saw is sealed in
-- the transaction's details.
CREATE TABLE rule_matches (
    rule TEXT NOT NULL,
    transaction_ref TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (rule, transaction_ref)
);

-- How many transactions of a day each rule judged, and how many of them it matched, while it was in force and while it was in TEST. A sweep
-- counts them; the row `rule_hits` of `meta` says how far it is.
CREATE TABLE rule_hits (
    day BIGINT NOT NULL,
    rule TEXT NOT NULL,
    is_test BIGINT NOT NULL,
    judged BIGINT NOT NULL,
    matched BIGINT NOT NULL,
    PRIMARY KEY (day, rule, is_test)
);
