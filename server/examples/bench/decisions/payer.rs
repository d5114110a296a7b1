//! A company that posts payments: a server with rules in force, a key, and payments that are the same in each run.

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};
use server::clock::{Ambient, rfc3339};
use shared::session::Timestamp;
use sqlx::AssertSqlSafe;

use super::rules::{LIST, rules};
use crate::{
    Bench,
    client::{Connection, JSON, Request, Round, round},
    database::Engine,
    product::{Product, text},
    reaction,
};

/// Transactions in a batch.
const BATCH: usize = 500;

/// A server, and who posts to it.
pub struct Payer {
    /// The server.
    pub product: Product,
    key: String,
    customers: usize,
    /// How many payments were made: each has a number of its own.
    made: AtomicUsize,
}

impl Payer {
    /// Starts a server with all rules in force, and stores so many transactions of so many customers, decided by them.
    pub async fn start(bench: &Bench, engine: Engine, stored: usize, customers: usize) -> Self {
        let product = Product::start(bench, engine).await;
        product.run(&["list", "import", "payees", &product.write("payees.csv", LIST), "--kind", "account"]);
        product.import("flow", reaction::FLOW);
        for rule in rules() {
            product.import("rule", &rule.to_string());
        }
        let key = text(&product.run(&["api-key", "create", "--scope", "transactions"]), "key");
        let payer = Self { product, key, customers, made: AtomicUsize::new(0) };
        payer.grow(stored).await;
        payer
    }

    fn next(&self) -> usize {
        self.made.fetch_add(1, Ordering::Relaxed)
    }

    /// The next payment, of any customer.
    pub fn payment(&self) -> Value {
        payment(self.next(), Of::AnyOf(self.customers))
    }

    /// The next payment, of this customer.
    pub fn payment_of(&self, customer: &str) -> Value {
        payment(self.next(), Of::One(customer))
    }

    /// A request that posts it.
    pub fn posting(&self, payment: &Value) -> Request {
        Request::post("/transactions", &format!("Authorization: Bearer {}\r\n{JSON}", self.key), payment.to_string())
    }

    /// Stores so many more, decided, in batches.
    pub async fn grow(&self, count: usize) {
        let batches: Vec<usize> = (0..count.div_ceil(BATCH)).map(|batch| BATCH.min(count - batch * BATCH)).collect();
        // Bodies are made as they are needed: all of them together would be hundreds of megabytes.
        let first = self.made.fetch_add(count, Ordering::Relaxed);
        let (key, customers) = (self.key.clone(), self.customers);
        let make = move |number: usize| {
            let payments: Vec<Value> = (0..batches[number]).map(|place| payment(first + number * BATCH + place, Of::AnyOf(customers))).collect();
            Request::post("/transactions/batch", &format!("Authorization: Bearer {key}\r\n{JSON}"), json!({ "transactions": payments }).to_string())
        };
        round(&self.product.address, count.div_ceil(BATCH), 2, 200, make).await;
    }

    /// Posts so many, so many at once.
    pub async fn post(&self, payments: Vec<Value>, at_once: usize) -> Round {
        let requests: Vec<Request> = payments.iter().map(|payment| self.posting(payment)).collect();
        round(&self.product.address, requests.len(), at_once, 201, move |number| requests[number].clone()).await
    }

    /// Records history: for each customer so many payments, from now back over this many seconds.
    pub fn history(&self, customers: &[(String, usize, u64)]) {
        let (mut lines, now) = (String::new(), now());
        for (customer, count, seconds) in customers {
            for place in 0..*count {
                let mut payment = self.payment_of(customer);
                let micros = now - (*seconds as i64 * 1_000_000) * (*count - place) as i64 / *count as i64;
                payment["occurredAt"] = rfc3339(Timestamp(micros)).into();
                writeln!(lines, "{payment}").expect("a string takes text");
            }
        }
        self.product.run(&["transaction", "import", &self.product.write("history.ndjson", &lines)]);
    }

    /// Bytes of its database, with what is not written into it yet.
    pub async fn stored_bytes(&self) -> i64 {
        let pool = self.product.database.pool().await;
        let sql = match self.product.database.engine {
            Engine::Sqlite => "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
            Engine::Postgres => "SELECT pg_database_size(current_database())",
        };
        let bytes = sqlx::query_scalar::<_, i64>(AssertSqlSafe(sql)).fetch_one(&pool).await.expect("a size");
        pool.close().await;
        bytes
    }

    /// Asks one thing.
    pub async fn ask(&self, connection: &mut Connection, payment: &Value) -> Value {
        let status = connection.ask(&self.posting(payment)).await;
        assert_eq!(status, 201, "{}", String::from_utf8_lossy(connection.whole()));
        connection.json()
    }
}

fn now() -> i64 {
    Ambient::system().now().0
}

/// Whose payment it is.
#[derive(Clone, Copy)]
enum Of<'a> {
    /// One of so many customers.
    AnyOf(usize),
    /// This one.
    One(&'a str),
}

/// A payment like the contract's example. What differs follows from its number.
fn payment(number: usize, of: Of<'_>) -> Value {
    // So that neighbours have little in common.
    let chance = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    let customer = match of {
        Of::AnyOf(customers) => format!("c-{}", chance % customers),
        Of::One(customer) => customer.to_owned(),
    };
    json!({
        "transactionId": format!("pix-{number}"), "customerId": customer, "amount": 100 + chance % 200_000, "currency": "BRL", "direction": "OUT", "type": "PIX",
        "channel": "APP", "country": "BR", "deviceId": format!("d-{customer}"), "ip": format!("203.0.113.{}", chance % 256),
        "counterparty": { "id": format!("acct-{}", 10 + chance % 97), "name": "Loja Azul", "country": "BR" },
        "metadata": { "segment": "gold", "age": 31, "vip": true },
    })
}
