-- Backtests: a draft of a rule, judged on the transactions of the past. One runs at a time, whichever process it is in: `lease` names the run,
-- and a run whose lease is over has ended with its process. `against` is the version that it is compared with. `whole` and `done` count
-- transactions, for the progress. `result` is what it came to: numbers in all and by day, as JSON.
CREATE TABLE backtests (
    id TEXT PRIMARY KEY,
    definition TEXT NOT NULL,
    against BIGINT,
    operator TEXT REFERENCES operators (id),
    status TEXT NOT NULL,
    lease TEXT NOT NULL,
    lease_until BIGINT NOT NULL,
    whole BIGINT NOT NULL,
    done BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    cancelled_at BIGINT,
    ended_at BIGINT,
    result TEXT
);
CREATE UNIQUE INDEX backtests_running ON backtests (status) WHERE status = 'RUNNING';

-- The transactions that the result names. `seen` is what the draft's conditions saw, sealed with the customer's key.
CREATE TABLE backtest_transactions (
    backtest TEXT NOT NULL REFERENCES backtests (id),
    place BIGINT NOT NULL,
    transaction_ref TEXT NOT NULL REFERENCES transactions (ref),
    matched BIGINT NOT NULL,
    recorded BIGINT NOT NULL,
    seen BLOB NOT NULL,
    PRIMARY KEY (backtest, place)
);
