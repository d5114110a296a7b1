//! The slowest answers with 1,000 and with 100,000 sessions in the database.

use sqlx::AnyPool;

use crate::{
    Bench,
    client::{FORM, Request, again},
    database::{Engine, execute},
    product::Product,
    report::{Line, median},
};

/// Requests at once.
const AT_ONCE: usize = 4;
/// Customers of all the sessions; the first one, who is searched for, has this many of them too, however many there are.
const CUSTOMERS: usize = 100;

/// Per engine.
pub async fn measure(bench: &Bench, engine: Engine) -> Vec<Line> {
    let (fewer, more) = (1_000, bench.count(100_000));
    let (few, many) = (Grown::start(bench, engine, fewer).await, Grown::start(bench, engine, more).await);
    let mut lines = Vec::new();
    for (of_few, of_many) in few.tasks.iter().zip(&many.tasks) {
        let (mut low, mut high) = (Vec::new(), Vec::new());
        few.p99(of_few, 200).await;
        many.p99(of_many, 200).await;
        for _ in 0..bench.runs(3) {
            low.push(few.p99(of_few, bench.count(2_000)).await);
            high.push(many.p99(of_many, bench.count(2_000)).await);
        }
        let (low, high) = (median(low), median(high));
        lines.push(Line::held(
            format!("p99 of {} at {more} sessions ÷ at {fewer}, {AT_ONCE} at once, median of 3, {}", of_few.what, engine.name()),
            format!("{:.2} ({high:.2} ms, {low:.2} ms)", high / low),
            "≤ 1.5",
            high <= low * 1.5,
        ));
    }
    lines
}

/// What is asked of a server.
struct Task {
    what: &'static str,
    request: Request,
    wanted: u16,
}

/// A server with so many sessions.
struct Grown {
    product: Product,
    pool: AnyPool,
    /// The newest session that stays.
    newest: String,
    tasks: [Task; 5],
}

impl Grown {
    async fn start(bench: &Bench, engine: Engine, sessions: usize) -> Self {
        let product = Product::start(bench, engine).await;
        let reference = |number: usize| format!("crm-{number}");
        let ids = product.sessions((0..CUSTOMERS).map(|number| Some(reference(number)))).await;
        let pool = product.database.pool().await;
        grow(&pool, engine, sessions).await;
        let newest = sqlx::query_scalar("SELECT MAX(ref) FROM sessions").fetch_one(&pool).await.expect("the newest");
        let searched: String = sqlx::query_scalar("SELECT MIN(id) FROM customers").fetch_one(&pool).await.expect("the first customer");
        let cookie = product.administrator("bench@example.com").await;
        let get = |path: &str| Request::get(path, &cookie);
        let tasks = [
            Task { what: "`GET /public`", request: Request::get(&format!("/kyc-sessions/{}/public", ids[0]), ""), wanted: 200 },
            Task { what: "the list of sessions", request: get("/dashboard/sessions"), wanted: 200 },
            Task {
                what: "the search for a customer's reference",
                request: Request::post("/dashboard/sessions", &format!("{cookie}{FORM}"), format!("q={}", reference(0))),
                wanted: 303,
            },
            Task { what: "the list of that customer's sessions", request: get(&format!("/dashboard/sessions?customer={searched}")), wanted: 200 },
            Task { what: "creating a link", request: product.creating(None), wanted: 201 },
        ];
        Self { product, pool, newest, tasks }
    }

    /// In milliseconds. Sessions that came meanwhile go again: it has as many as before.
    async fn p99(&self, task: &Task, count: usize) -> f64 {
        let p99 = again(&self.product.address, count, AT_ONCE, task.wanted, &task.request).await.p99();
        for forget in ["DELETE FROM sessions WHERE ref > $1", "DELETE FROM audit WHERE action = 'session.created' AND subject > $1"] {
            sqlx::query(forget).bind(self.newest.clone()).execute(&self.pool).await.expect("takes the new sessions away");
        }
        p99
    }
}

/// Copies a real session until there are so many, older than all real ones, every other one completed. Each list shows real
/// customers, whose references can be opened.
async fn grow(pool: &AnyPool, engine: Engine, sessions: usize) {
    let (row, id_hash, settle) = match engine {
        Engine::Sqlite => ("printf('%08x', i)", "randomblob(32)", "PRAGMA wal_checkpoint(TRUNCATE)"),
        Engine::Postgres => ("lpad(to_hex(i), 8, '0')", "sha256(convert_to(CAST(i AS TEXT), 'UTF8'))", "VACUUM ANALYZE"),
    };
    let (copies, others) = (sessions - CUSTOMERS, CUSTOMERS - 1);
    let copy = format!(
        "WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {copies}), \
         known (id, number) AS (SELECT id, ROW_NUMBER() OVER (ORDER BY id) - 1 FROM customers), \
         pattern AS (SELECT * FROM sessions ORDER BY ref LIMIT 1) \
         INSERT INTO sessions (ref, id_hash, id_sealed, data_key, flow, customer, status, created_at, expires_at, touched_at) \
         SELECT {row} || '-0000-7000-8000-000000000000', {id_hash}, id_sealed, data_key, flow, known.id, status, created_at, expires_at, touched_at \
         FROM numbers CROSS JOIN pattern JOIN known ON known.number = CASE WHEN i % {} = 0 THEN 0 ELSE 1 + i % {others} END",
        copies / CUSTOMERS,
    );
    execute(pool, &copy).await;
    let complete = "UPDATE sessions SET status = 'COMPLETED', submitted_at = created_at, completed_at = created_at, risk_score = 60, decision = 'REVIEW', \
                    reasons = 'cpf.check_digits' WHERE ref < '01' AND substr(ref, 8, 1) IN ('0', '2', '4', '6', '8', 'a', 'c', 'e')";
    execute(pool, complete).await;
    let audit =
        "INSERT INTO audit (id, at, actor, action, subject) SELECT ref, created_at, 'command-line', 'session.created', ref FROM sessions WHERE ref < '01'";
    execute(pool, audit).await;
    execute(pool, settle).await;
    let there: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sessions").fetch_one(pool).await.expect("counts");
    assert_eq!(there, sessions as i64, "sessions");
}
