//! How many statements a request takes, counted by PostgreSQL itself. Each is a round trip, and writing is as fast as they are few. The
//! code is the same on SQLite. Whoever adds one sees it here.

use std::collections::BTreeMap;

use sqlx::{Connection, PgConnection, Row};

use crate::support::customer::valid_user_data;
use crate::support::{Customer, Engine, SOON, TestApp, eventually, json};

/// Sessions that go through each act, one after the other.
const SESSIONS: i64 = 5;

/// The most statements of an act, without those that jobs repeat by the clock.
const MOST: [(&str, i64); 6] = [("first page", 1), ("save", 5), ("second page", 2), ("upload", 12), ("save again", 6), ("complete and check", 21)];

/// What jobs ask by the clock, what begins and ends a transaction, and the settings of a new connection.
const NOT_COUNTED: [&str; 8] =
    ["BEGIN%", "COMMIT%", "ROLLBACK%", "SET %", "SELECT id, url, url_mac%", "UPDATE%SET lease%", "SELECT ref FROM sessions WHERE status%", "%/* test */%"];

pub struct Counter(PgConnection);

impl Counter {
    pub async fn of(app: &TestApp) -> Self {
        let mut connection = PgConnection::connect(&app.installation.database.url).await.expect("connects");
        sqlx::query("CREATE EXTENSION pg_stat_statements /* test */").execute(&mut connection).await.expect("PostgreSQL counts statements");
        Self(connection)
    }

    /// How many statements were sent so far.
    pub async fn all(&mut self) -> i64 {
        self.calls().await.values().sum()
    }

    /// The calls of each statement so far.
    async fn calls(&mut self) -> BTreeMap<String, i64> {
        let not = NOT_COUNTED.map(|pattern| format!("AND query NOT LIKE '{pattern}'")).join(" ");
        let sql = format!(
            "SELECT query, CAST(SUM(calls) AS BIGINT) AS calls FROM pg_stat_statements \
             WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) {not} GROUP BY query /* test */"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut self.0).await.expect("reads");
        rows.iter().map(|row| (row.get("query"), row.get("calls"))).collect()
    }

    async fn completed(&mut self) -> i64 {
        let row = sqlx::query("SELECT COUNT(*) AS n FROM sessions WHERE status = 'COMPLETED' /* test */").fetch_one(&mut self.0).await;
        row.expect("reads").get("n")
    }
}

#[tokio::test]
async fn requests_take_few_statements() {
    let app = TestApp::on(Engine::Postgres).await;
    let mut counter = Counter::of(&app).await;
    // Fills what the server keeps in memory.
    app.customer().await.submit().await;
    let mut customers: Vec<Customer> = Vec::new();
    for _ in 0..SESSIONS {
        customers.push(app.customer_with(&["--customer", "c-1"]).await);
    }
    let identity = |name: &str| json!({ "name": name, "cpf": "12345678909" });
    let mut photos = Vec::new();
    let mut found = BTreeMap::new();
    for (act, most) in MOST {
        let (before, completed) = (counter.calls().await, counter.completed().await);
        for (number, customer) in customers.iter().enumerate() {
            match act {
                "first page" => drop(customer.page("/identity").await.expect(200)),
                "second page" => drop(customer.page("/selfie").await.expect(200)),
                "save" => drop(customer.save("identity", identity("Ana")).await.expect(204)),
                "upload" => photos.push(customer.selfie().await),
                "save again" => drop(customer.save("identity", identity("Ana de Souza")).await.expect(204)),
                _ => drop(customer.complete(valid_user_data(&photos[number])).await.expect(202)),
            }
        }
        if act == "complete and check" {
            eventually("the checks to be done", SOON, async || (counter.completed().await == completed + SESSIONS).then_some(())).await;
        }
        let calls: BTreeMap<String, i64> = counter
            .calls()
            .await
            .into_iter()
            .map(|(query, calls)| (query.clone(), calls - before.get(&query).copied().unwrap_or(0)))
            .filter(|(_, n)| *n > 0)
            .collect();
        let each = calls.values().sum::<i64>() as f64 / SESSIONS as f64;
        println!("{act}: {each} statements");
        found.insert(act, (each, most, calls));
    }
    for (act, (each, most, calls)) in found {
        assert!(each <= most as f64, "{act} takes {each} statements, {most} at most: {calls:#?}");
    }
}

/// Each statement of an import keeps everybody's writes waiting on SQLite.
#[tokio::test]
async fn an_import_of_a_list_takes_few_statements() {
    let app = TestApp::on(Engine::Postgres).await;
    let mut counter = Counter::of(&app).await;
    let file = app.installation.home().join("list.csv");
    let values = |from: usize, note: &str| (from..from + 1_000).map(|at| format!("acct-{at},{note}\n")).collect::<String>();
    let import = async |rows: String| {
        std::fs::write(&file, format!("value,note\n{rows}")).expect("writes the list");
        app.operator.json(&["list", "import", "many", file.to_str().expect("UTF-8"), "--kind", "account"]).await;
    };
    import(values(0, "")).await;
    for (what, rows, most) in [("others", values(500, ""), 60), ("notes", values(500, "a note"), 60), ("the same", values(500, "a note"), 40)] {
        let before = counter.all().await;
        import(rows).await;
        let sent = counter.all().await - before;
        println!("{what}: {sent} statements");
        assert!(sent <= most, "{what}: {sent} statements");
    }
    let open = "SELECT COUNT(*) FROM list_entries WHERE until_at IS NULL AND note IS NOT NULL";
    assert_eq!(app.installation.database.number(open).await, 1_000);
}
