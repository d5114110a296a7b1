//! Aggregates come to what a plain recomputation over all transactions comes to: late arrivals, equal times, the edges of the window and
//! blocked ones included, however the spans are divided.

use ::server::customers::{self, CustomerReference};
use ::server::ids::CustomerId;
use ::server::model::{By, Entry, Origin, Reason, State, Stored};
use ::server::store::totals::{self, Distinct, Found, Totals, Wanted, Window};
use ::server::store::{spans, tallies, transactions};
use ::shared::by_field::ByField;
use ::shared::rule::{AggregateKey, Counterparty, Country, Currency, Direction, DistinctField, Measure, Measured, Transaction, TransactionStatus, measure};
use ::shared::session::Timestamp;

use crate::support::rng::SeededRng as Rng;
use crate::support::{Engine, Parts, on_each_engine};

/// A moment around which the histories lie: 2026-11-30T12:00:00Z.
const NOON: i64 = 1_796_040_000_000_000;
const MINUTE: i64 = 60_000_000;
const DAY: i64 = 1_440 * MINUTE;

/// A customer, the transactions in the order of their arrival, and whether each is blocked now.
struct History<'p> {
    parts: &'p Parts,
    customer: CustomerId,
    reference: CustomerReference,
    all: Vec<(Transaction, Stored)>,
}

fn of<T: Copy>(rng: &mut Rng, all: &[T]) -> T {
    *rng.one_of(all)
}

fn currency(code: &str) -> Currency {
    Currency::parse(code).expect("a currency")
}

/// Times in clusters: most in a few minutes of a day, others over months; some equal, some at the very edge of a minute.
fn moment(rng: &mut Rng) -> Timestamp {
    let edge = of(rng, &[0, 0, 1, -1]);
    Timestamp(match rng.below(8) {
        0 => NOON - i64::try_from(rng.below(90)).expect("small") * DAY + edge,
        1 => NOON - i64::try_from(rng.below(30 * 1_440)).expect("small") * MINUTE + edge,
        2 | 3 => NOON + i64::try_from(rng.below(60)).expect("small") * 1_000_000 + edge,
        4 => NOON + i64::try_from(rng.below(2_000_000)).expect("small"),
        _ => NOON - i64::try_from(rng.below(120)).expect("small") * MINUTE + edge,
    })
}

fn transaction(rng: &mut Rng, number: usize) -> Transaction {
    let country = |rng: &mut Rng| of(rng, &[None, Some("BR"), Some("PT")]).and_then(Country::parse);
    Transaction {
        transaction_id: format!("t-{number}"),
        customer_id: "c-1".to_owned(),
        amount: of(rng, &[0, 1, 250, 999_999_999_999_999, 1_000_000_000_000_000, 4_294_967_296, 77]),
        currency: currency(of(rng, &["BRL", "BRL", "USD"])),
        direction: of(rng, &Direction::ALL),
        r#type: of(rng, &["PIX", "TED"]).to_owned(),
        channel: of(rng, &[None, Some("APP"), Some("WEB")]).map(str::to_owned),
        country: country(rng),
        device_id: if rng.below(3) == 0 {
            Some(format!("d-{}", rng.below(40)))
        } else {
            of(rng, &[None, Some("d-1"), Some("d-2"), Some("d-3")]).map(str::to_owned)
        },
        ip: None,
        counterparty: Counterparty { id: of(rng, &[None, Some("a"), Some("b"), Some("c"), Some("d")]).map(str::to_owned), name: None, country: country(rng) },
        occurred_at: moment(rng),
        locale: None,
        return_url: None,
        metadata: ByField::default(),
    }
}

/// What stands for an HMAC.
fn index(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

impl<'p> History<'p> {
    async fn new(parts: &'p Parts) -> Self {
        let reference: CustomerReference = "c-1".parse().expect("a reference");
        let mut tx = parts.kit.store.write().await.expect("begins");
        let customer = customers::find_or_create(&parts.kit, &mut tx, &reference).await.expect("a customer").id;
        tx.commit().await.expect("commits");
        Self { parts, customer, reference, all: Vec::new() }
    }

    async fn add(&mut self, of: Transaction, status: TransactionStatus) {
        let kit = &self.parts.kit;
        let mut tx = kit.store.write().await.expect("begins");
        let (_, arrival) = customers::find_or_create_for_transaction(kit, &mut tx, &self.reference).await.expect("the customer");
        let now = kit.ambient.now();
        let stored = Stored {
            r#ref: kit.ambient.id(),
            id_index: index(&of.transaction_id),
            customer: self.customer,
            arrival,
            body_index: Vec::new(),
            details: Vec::new(),
            amount: of.amount,
            currency: of.currency,
            direction: of.direction,
            r#type: of.r#type.clone(),
            channel: of.channel.clone(),
            country: of.country,
            counterparty_country: of.counterparty.country,
            counterparty_index: of.counterparty.id.as_deref().map(index),
            device_index: of.device_id.as_deref().map(index),
            origin: Origin::Api,
            occurred_at: of.occurred_at,
            created_at: now,
            risk_score: 0,
            decided_by: None,
            on_expired: None,
            rules_number: None,
            state: State { status, session: None, history: vec![Entry { status, at: now, by: By::Rule, reason: Reason::Rule, after: None }], settled_at: None },
        };
        tallies::add(&mut tx, &stored).await.expect("tallies");
        transactions::insert(&mut tx, &kit.vault, &stored).await.expect("inserts");
        tx.commit().await.expect("commits");
        self.all.push((of, stored));
    }

    async fn block(&mut self, place: usize) {
        let (_, stored) = &mut self.all[place];
        let from = stored.state.status;
        if from == TransactionStatus::Blocked {
            return;
        }
        stored.state.status = TransactionStatus::Blocked;
        let kit = &self.parts.kit;
        let mut tx = kit.store.write().await.expect("begins");
        transactions::change(&mut tx, &kit.vault, from, stored).await.expect("changes");
        tallies::block(&mut tx, stored).await.expect("moves");
        tx.commit().await.expect("commits");
    }

    /// What the store says of those before this one, with this one added.
    async fn measured(&self, key: &AggregateKey, up_to: u64, this: &Transaction) -> Measured {
        let mut db = self.parts.kit.store.read().await.expect("a connection");
        let counterparty = key.counterparty_id.as_deref().map(index);
        let window = Window { since: key.since(this.occurred_at), until: this.occurred_at, key, counterparty };
        let counts = key.takes(this);
        let own = |field: DistinctField| field.of(this).map(index).filter(|_| counts);
        let (wanted, own) = match key.measure {
            Measure::Distinct(field) => (Wanted::Values(Distinct { field, most: up_to, without: own(field) }), own(field)),
            _ => (Wanted::Totals, None),
        };
        // Beside another window, as rules ask for several at once.
        let other = (Window { since: key.since(key.since(this.occurred_at)), ..window.clone() }, Wanted::Totals);
        let arrivals = self.all.len() as i64 + 1;
        let mut found = totals::measure(&mut db, self.customer, arrivals, &[other, (window, wanted)]).await.expect("measures");
        let mut all = match found.pop().expect("two") {
            Found::Values(count) => return Measured::Count((count + u64::from(own.is_some())).min(up_to)),
            Found::Totals(totals) => totals,
        };
        if counts {
            all = all.and(Totals::of(this.amount));
        }
        match key.measure {
            Measure::Count(_) | Measure::Distinct(_) => Measured::Count(all.count),
            Measure::Sum(_) => Measured::Sum(all.sum),
            Measure::Max(_) => Measured::Max(all.max),
            Measure::Average(_) => Measured::Average { sum: all.sum, count: all.count },
        }
    }

    async fn assert_exact(&self, rng: &mut Rng) {
        let this = transaction(rng, 1_000_000);
        let key = key(rng, &this);
        let most = of(rng, &[6, 60]);
        let up_to = 1 + rng.below(most) as u64;
        let earlier = self.all.iter().map(|(of, stored)| (of, stored.state.status == TransactionStatus::Blocked));
        let expected = measure(&key, up_to, &this, earlier);
        assert_eq!(self.measured(&key, up_to, &this).await, expected, "{key:?} at {:?}, after {}", this.occurred_at, self.all.len());
    }
}

fn key(rng: &mut Rng, this: &Transaction) -> AggregateKey {
    let brl = currency("BRL");
    let measures = [Measure::Count(None), Measure::Count(Some(brl)), Measure::Sum(brl), Measure::Max(brl), Measure::Average(brl)];
    let distinct = DistinctField::ALL.map(Measure::Distinct);
    let minutes = of(rng, &[1, 2, 59, 60, 61, 1_440, 1_441, 43_200, 129_600]);
    let named = |rng: &mut Rng| rng.below(4) == 0;
    AggregateKey {
        measure: if rng.below(3) == 0 { of(rng, &distinct) } else { of(rng, &measures) },
        r#type: named(rng).then(|| this.r#type.clone()),
        direction: named(rng).then_some(this.direction),
        channel: named(rng).then(|| this.channel.clone()).flatten(),
        country: named(rng).then_some(this.country).flatten(),
        counterparty_id: named(rng).then(|| this.counterparty.id.clone()).flatten(),
        within_seconds: minutes * 60,
        blocked: named(rng),
    }
}

on_each_engine!(aggregates_are_those_of_a_plain_recomputation, Parts);
async fn aggregates_are_those_of_a_plain_recomputation(parts: Parts) {
    let mut rng = Rng::from_seed(16);
    let mut history = History::new(&parts).await;
    for number in 0..420 {
        let status = of(&mut rng, &[TransactionStatus::Approved, TransactionStatus::AwaitingUser, TransactionStatus::Review, TransactionStatus::Blocked]);
        history.add(transaction(&mut rng, number), status).await;
        if rng.below(5) == 0 {
            let place = rng.below(history.all.len());
            history.block(place).await;
        }
        // Around the moments at which spans come about and are divided, and now and then.
        if number < 70 || number % 4 == 0 {
            for _ in 0..6 {
                history.assert_exact(&mut rng).await;
            }
        }
    }
    let divided = parts.installation.database.number("SELECT MAX(level) FROM spans").await;
    assert_eq!(divided, 4, "some spans were divided down to seconds");
}

on_each_engine!(the_ends_of_a_window_are_few_transactions, Parts);
async fn the_ends_of_a_window_are_few_transactions(parts: Parts) {
    let mut rng = Rng::from_seed(17);
    let mut history = History::new(&parts).await;
    for number in 0..500 {
        // Most in one minute, so that its seconds have rows too.
        let at = if number % 5 == 0 { moment(&mut rng) } else { Timestamp(NOON + i64::try_from(rng.below(60_000_000)).expect("small")) };
        history.add(Transaction { occurred_at: at, ..transaction(&mut rng, number) }, TransactionStatus::Approved).await;
    }
    let mut db = parts.kit.store.read().await.expect("a connection");
    for _ in 0..200 {
        let until = moment(&mut rng);
        let since = until.plus_seconds(-60 * i64::try_from(1 + rng.below(50_000)).expect("small"));
        let cover = spans::covers(&mut db, history.customer, &[[since, until]]).await.expect("a cover").remove(0);
        let is_read = |at: i64| cover.iter().any(|part| part.level.is_none() && part.from <= at && at < part.to);
        let read = history.all.iter().filter(|(of, _)| is_read(of.occurred_at.0)).count();
        assert!(read <= 2 * usize::try_from(spans::FEW).expect("small"), "{read} of {} for {cover:?}", history.all.len());
        assert!(cover.len() <= 9, "{cover:?}");
    }
}

on_each_engine!(a_migration_fills_in_what_was_seen_before_it, Parts);
async fn a_migration_fills_in_what_was_seen_before_it(parts: Parts) {
    let (migration, hex) = match parts.installation.engine {
        Engine::Sqlite => (include_str!("../../../migrations/sqlite/0014_quick_decisions.sql"), "hex(value_index)"),
        Engine::Postgres => (include_str!("../../../migrations/postgres/0014_quick_decisions.sql"), "encode(value_index, 'hex')"),
    };
    let mut rng = Rng::from_seed(19);
    let mut history = History::new(&parts).await;
    for number in 0..150 {
        history.add(transaction(&mut rng, number), of(&mut rng, &[TransactionStatus::Approved, TransactionStatus::Blocked])).await;
    }
    for _ in 0..40 {
        let place = rng.below(history.all.len());
        history.block(place).await;
    }
    let database = &parts.installation.database;
    let rows = format!(
        "SELECT field || ' ' || {hex} || ' ' || type || ' ' || direction || ' ' || channel || ' ' || country || ' ' || COALESCE(latest, -1) || ' ' || latest_any \
         FROM seen ORDER BY 1"
    );
    let kept = database.texts(&rows).await;
    assert!(kept.len() > 100, "{}", kept.len());
    database.run("DELETE FROM seen").await;
    let begin = migration.find("INSERT INTO seen").expect("it fills the table in");
    database.change(migration[begin..].split(';').next().expect("a statement")).await;
    assert_eq!(database.texts(&rows).await, kept);
}

on_each_engine!(what_decisions_read_is_found_by_index, Parts);
async fn what_decisions_read_is_found_by_index(parts: Parts) {
    let database = &parts.installation.database;
    let is_sqlite = parts.installation.engine == Engine::Sqlite;
    let mut rng = Rng::from_seed(18);
    let mut history = History::new(&parts).await;
    for number in 0..200 {
        history.add(transaction(&mut rng, number), TransactionStatus::Approved).await;
    }
    // Other customers, so that an index is worth while.
    for (table, columns) in [
        ("spans", "level, start, count"),
        (
            "tallies",
            "field, level, start, value_index, currency, type, direction, channel, country, count, high, low, largest, blocked_count, blocked_high, blocked_low, blocked_largest",
        ),
        ("seen", "field, value_index, type, direction, channel, country, latest, latest_any"),
    ] {
        let others = format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) \
             INSERT INTO {table} (customer, {columns}) SELECT 'c' || n.i, {columns} FROM {table}, n"
        );
        let customers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) \
             INSERT INTO customers (id, reference_index, reference, data_key, created_at) SELECT 'c' || i, CAST('r' || i AS BYTES), CAST('' AS BYTES), CAST('' AS BYTES), 0 FROM n \
             WHERE NOT EXISTS (SELECT 1 FROM customers WHERE id = 'c' || i)";
        if table == "spans" {
            database.change(&customers.replace("BYTES", if is_sqlite { "BLOB" } else { "BYTEA" })).await;
        }
        database.change(&others).await;
    }
    if !is_sqlite {
        database.analyze().await;
    }
    let customer = history.customer;
    let binary = if is_sqlite { "BLOB" } else { "BYTEA" };
    let range = "start >= 1795000000000000 AND start < 1796000000000000";
    for (sql, indexes) in [
        (format!("SELECT SUM(count) FROM tallies WHERE customer = '{customer}' AND field = 0 AND level = 1 AND {range}"), ["PRIMARY KEY", "tallies_pkey"]),
        (
            format!(
                "SELECT SUM(count) FROM tallies WHERE customer = '{customer}' AND field = 1 AND value_index = CAST('a' AS {binary}) AND level = 1 AND {range}"
            ),
            ["tallies", "tallies_"],
        ),
        (
            format!("SELECT DISTINCT value_index FROM seen WHERE customer = '{customer}' AND field = 4 AND latest > 5 AND latest <= 9 LIMIT 3"),
            ["INDEX seen_latest (", "seen_latest"],
        ),
        (
            format!("SELECT value_index FROM seen WHERE customer = '{customer}' AND field = 4 AND latest > 1796999999999999 ORDER BY latest LIMIT 65"),
            ["INDEX seen_latest (", "seen_latest"],
        ),
        (
            format!("SELECT MAX(occurred_at) FROM transactions WHERE customer = '{customer}' AND counterparty_country = 'BR' AND status <> 'BLOCKED'"),
            ["INDEX transactions_of_customer (", "transactions_of_customer"],
        ),
        (format!("SELECT count FROM spans WHERE customer = '{customer}' AND level = 1 AND start IN (1, 2)"), ["PRIMARY KEY", "spans_pkey"]),
    ] {
        let plan = database.plan(&sql).await.join("\n");
        assert!(plan.contains(indexes[usize::from(!is_sqlite)]) && !plan.contains("Seq Scan") && !plan.contains("SCAN "), "{sql}\n{plan}");
    }
}
