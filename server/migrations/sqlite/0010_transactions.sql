-- Rules over transactions, and the transactions that they decide.

-- Each import writes a new version of a rule's name; a version never changes. `number` counts all versions of all rules, so that one
-- lookup tells a process whether it knows the newest. `definition_mac` binds the definition to name, version and number.
CREATE TABLE rules (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    number BIGINT NOT NULL UNIQUE,
    definition TEXT NOT NULL,
    definition_mac BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (name, version)
);

-- How many transactions the customer has: each takes the next number, in the order in which they are decided.
ALTER TABLE customers ADD COLUMN arrivals BIGINT NOT NULL DEFAULT 0;

-- What sums need is in the clear; `details` holds the rest, sealed with the customer's key. `id_index` and `body_index` are HMACs of the
-- company's id and of the whole body; `counterparty_index` and `device_index` are made with the customer's key. `history` is NULL while the
-- decision is the only entry. `row_mac` binds everything that is in the clear.
CREATE TABLE transactions (
    ref TEXT PRIMARY KEY,
    id_index BLOB NOT NULL UNIQUE,
    customer TEXT NOT NULL REFERENCES customers (id),
    arrival BIGINT NOT NULL,
    body_index BLOB NOT NULL,
    details BLOB NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    direction TEXT NOT NULL,
    type TEXT NOT NULL,
    channel TEXT,
    country TEXT,
    counterparty_country TEXT,
    counterparty_index BLOB,
    device_index BLOB,
    origin TEXT NOT NULL,
    occurred_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    status TEXT NOT NULL,
    risk_score BIGINT NOT NULL,
    decided_by TEXT,
    on_expired TEXT,
    session_ref TEXT REFERENCES sessions (ref),
    history TEXT,
    settled_at BIGINT,
    row_mac BLOB NOT NULL
);
CREATE INDEX transactions_of_customer ON transactions (customer, occurred_at);
CREATE INDEX transactions_of_session ON transactions (session_ref, arrival) WHERE session_ref IS NOT NULL;

-- What operators decided on transactions, each with its reason, sealed with the customer's key.
CREATE TABLE transaction_reviews (
    transaction_ref TEXT PRIMARY KEY REFERENCES transactions (ref),
    operator TEXT NOT NULL REFERENCES operators (id),
    reason BLOB NOT NULL,
    decided_at BIGINT NOT NULL
);

-- Sessions that rules created. `waiting` counts the transactions that were held for it.
CREATE TABLE step_ups (
    session_ref TEXT PRIMARY KEY REFERENCES sessions (ref),
    customer TEXT NOT NULL REFERENCES customers (id),
    flow TEXT NOT NULL,
    waiting BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX step_ups_of_customer ON step_ups (customer, created_at);

-- Rules ask for the customer's last completed session.
CREATE INDEX sessions_completed ON sessions (customer, completed_at) WHERE status = 'COMPLETED';

-- What a customer's transactions come to, so that sums over months read few rows. A span is a day, an hour, a minute or a second (`level` 1
-- to 4) that begins at `start`. Only what holds more than a few transactions is divided: a day's hours have rows once the day has many. So
-- `spans` says how many transactions a span holds, and `tallies` what those of one kind come to. `field` is what `value` is of: 0 nothing, 1
-- the counterparty, 2 its country, 3 the country, 4 the device. `high` and `low` are the parts of the sum (server/src/store/spans.rs).
CREATE TABLE spans (
    customer TEXT NOT NULL REFERENCES customers (id),
    level BIGINT NOT NULL,
    start BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (customer, level, start)
) WITHOUT ROWID;
CREATE TABLE tallies (
    customer TEXT NOT NULL REFERENCES customers (id),
    field BIGINT NOT NULL,
    level BIGINT NOT NULL,
    start BIGINT NOT NULL,
    value_index BLOB NOT NULL,
    currency TEXT NOT NULL,
    type TEXT NOT NULL,
    direction TEXT NOT NULL,
    channel TEXT NOT NULL,
    country TEXT NOT NULL,
    count BIGINT NOT NULL,
    high BIGINT NOT NULL,
    low BIGINT NOT NULL,
    largest BIGINT,
    blocked_count BIGINT NOT NULL,
    blocked_high BIGINT NOT NULL,
    blocked_low BIGINT NOT NULL,
    blocked_largest BIGINT,
    PRIMARY KEY (customer, field, level, start, value_index, currency, type, direction, channel, country)
) WITHOUT ROWID;
CREATE INDEX tallies_of_counterparty ON tallies (customer, value_index, level, start) WHERE field = 1;

-- Lists that rules ask. `found` is the value in its one form, or its HMAC where the kind is about people; then `value` is sealed. An entry
-- counts from `from_at` until before `until_at`, and is never deleted. `entry_mac` binds it to its list and its time.
CREATE TABLE lists (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE list_entries (
    id TEXT PRIMARY KEY,
    list TEXT NOT NULL REFERENCES lists (id),
    found TEXT NOT NULL,
    value BLOB,
    note BLOB,
    from_at BIGINT NOT NULL,
    until_at BIGINT,
    entry_mac BLOB NOT NULL
);
CREATE INDEX list_entries_of_value ON list_entries (list, found);
