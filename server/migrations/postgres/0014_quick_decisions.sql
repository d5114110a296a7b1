-- When each of a customer's counterparties, countries and devices was seen last, by kind of transaction, so that counting different ones reads
-- no more rows than there are different ones. Kept for customers that have spans. `field` is as in `tallies`. `latest` is the last time of one
-- that is not blocked; `latest_any` counts blocked ones too.
CREATE TABLE seen (
    customer TEXT NOT NULL REFERENCES customers (id),
    field BIGINT NOT NULL,
    value_index BYTEA NOT NULL,
    type TEXT NOT NULL,
    direction TEXT NOT NULL,
    channel TEXT NOT NULL,
    country TEXT NOT NULL,
    latest BIGINT,
    latest_any BIGINT NOT NULL,
    PRIMARY KEY (customer, field, value_index, type, direction, channel, country)
);
CREATE INDEX seen_latest ON seen (customer, field, latest);
CREATE INDEX seen_latest_any ON seen (customer, field, latest_any);

INSERT INTO seen (customer, field, value_index, type, direction, channel, country, latest, latest_any)
SELECT customer, field, value_index, type, direction, channel, country, MAX(CASE WHEN status <> 'BLOCKED' THEN occurred_at END), MAX(occurred_at)
FROM (
    SELECT customer, 1 AS field, counterparty_index AS value_index, type, direction, COALESCE(channel, '') AS channel, COALESCE(country, '') AS country,
        status, occurred_at FROM transactions
    UNION ALL SELECT customer, 2, convert_to(counterparty_country, 'UTF8'), type, direction, COALESCE(channel, ''), COALESCE(country, ''), status, occurred_at FROM transactions
    UNION ALL SELECT customer, 3, convert_to(country, 'UTF8'), type, direction, COALESCE(channel, ''), COALESCE(country, ''), status, occurred_at FROM transactions
    UNION ALL SELECT customer, 4, device_index, type, direction, COALESCE(channel, ''), COALESCE(country, ''), status, occurred_at FROM transactions
) AS each_field
WHERE value_index IS NOT NULL AND customer IN (SELECT customer FROM spans)
GROUP BY customer, field, value_index, type, direction, channel, country;

-- Nobody reads what of these fields was tallied.
DELETE FROM tallies WHERE field >= 2;
-- An older process that still decides would not count what it decides in `seen`. It tallies these fields, and so it fails.
ALTER TABLE tallies ADD CHECK (field < 2);

-- `routine` is 2 for what nobody looks up by its subject: transactions that were approved at once, which are most of all rows.
DROP INDEX audit_of_subject;
CREATE INDEX audit_of_subject ON audit (subject, routine, at, id) WHERE routine < 2;
