//! A batch: each of its transactions as if it had been posted alone, in order.

use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Company, payment, step_up_from};
use crate::support::{ApiClient, Engine, Installation, Reply, SOON, Server, TestApp, Value, json, on_each_engine, raw};

async fn post(company: &Company, transactions: &[Value], key: Option<&str>) -> Reply {
    let request = company.program.request(Method::POST, "/transactions/batch").json(&json!({ "transactions": transactions }));
    let request = if let Some(key) = key { request.header("idempotency-key", key) } else { request };
    company.program.send(request).await
}

/// The status of each result, with that of its transaction or the code of its problem.
fn said(reply: &Reply) -> Vec<String> {
    let results = reply.json()["results"].as_array().expect("results").clone();
    let word = |body: &Value| body["status"].as_str().or(body["type"].as_str()).expect("a word").to_owned();
    results.iter().map(|result| format!("{} {}", result["status"], word(&result["body"]))).collect()
}

on_each_engine!(a_batch_is_decided_in_order);
async fn a_batch_is_decided_in_order(app: TestApp) {
    let company = Company::of(app).await;
    company.import_rule(&step_up_from(10_000)).await;
    let day = json!({ "name": "day", "when": { "count": "transactions", "within": "24h", "atLeast": 3 }, "then": { "action": "BLOCK" } });
    company.import_rule(&day).await;
    let batch = [
        payment("a", "c-1", 5),
        payment("b", "c-1", 5),
        payment("c", "c-2", 20_000),
        json!({ "transactionId": "d" }),
        payment("a", "c-1", 5),
        payment("a", "c-9", 5),
        payment("e", "c-1", 5),
    ];
    let expected =
        ["201 APPROVED", "201 APPROVED", "201 AWAITING_USER", "422 /problems/invalid-request", "200 APPROVED", "409 /problems/conflict", "201 BLOCKED"];
    let first = post(&company, &batch, Some("one")).await.expect(200);
    assert_eq!(said(&first), expected);
    assert_eq!(post(&company, &batch, Some("one")).await.expect(200).body, first.body, "byte for byte");
    assert_eq!(said(&post(&company, &batch, None).await)[..2], ["200 APPROVED", "200 APPROVED"]);
    assert_eq!(company.number("SELECT COUNT(*) FROM transactions").await, 4);
}

on_each_engine!(a_batch_has_one_to_five_hundred);
async fn a_batch_has_one_to_five_hundred(app: TestApp) {
    let company = Company::of(app).await;
    let many: Vec<Value> = (0..501).map(|at| payment(&format!("pix-{at}"), &format!("c-{}", at % 40), 5)).collect();
    for wrong in [&many[..0], &many[..]] {
        let problem = post(&company, wrong, None).await.problem(422, "invalid-request");
        assert_eq!(problem["errors"][0]["field"], "transactions", "{problem}");
    }
    let other = company.program.request(Method::POST, "/transactions/batch").json(&json!({ "transactions": many[..1], "more": 1 }));
    company.program.send(other).await.problem(422, "invalid-request");
    assert_eq!(said(&post(&company, &many[..500], None).await.expect(200)), vec!["201 APPROVED"; 500]);
    let large = json!({ "transactions": ["x".repeat(4 * 1024 * 1024)] });
    company.program.send(company.program.request(Method::POST, "/transactions/batch").json(&large)).await.problem(413, "too-large");
}

on_each_engine!(a_batch_ends_where_its_answers_are_too_long);
async fn a_batch_ends_where_its_answers_are_too_long(app: TestApp) {
    let company = Company::of(app).await;
    let rules = ApiClient::new(&company.app.installation, &["rules"]).await;
    let condition = |at: usize| json!({ "field": "counterparty.id", "isNot": format!("{at}{}", "é".repeat(120)) });
    let conditions: Vec<Value> = (0..64).map(condition).collect();
    for number in 0..30 {
        let name = format!("long-{number}");
        let rule = json!({ "name": name, "when": { "all": conditions }, "then": { "action": "REVIEW" } });
        rules.send(rules.request(Method::PUT, &format!("/rules/{name}")).json(&rule)).await.expect(201);
    }
    let batch: Vec<Value> = (0..40)
        .map(|at| {
            let mut payment = payment(&format!("pix-{at}"), "c-1", 5);
            payment["counterparty"] = json!({ "id": "y".repeat(128) });
            payment
        })
        .collect();
    let reply = post(&company, &batch, None).await.expect(200);
    assert!(reply.body.len() < 18 * 1024 * 1024, "{} bytes", reply.body.len());
    let said = said(&reply);
    let posted = said.iter().take_while(|said| *said == "201 REVIEW").count();
    assert!((1..40).contains(&posted) && said[posted..].iter().all(|said| said == "413 /problems/too-large"), "{said:?}");
    assert_eq!(company.number("SELECT COUNT(*) FROM transactions").await, i64::try_from(posted).expect("few"), "what was not posted can be sent again");
    assert_eq!(post(&company, &batch[posted..=posted], None).await.expect(200).json()["results"][0]["status"], 201);
}

/// A batch whose client sends nothing but the head until the server asks for the body.
struct Arriving {
    connection: TcpStream,
    body: String,
}

impl Arriving {
    async fn begin(company: &Company, id: &str) -> Self {
        Self::begin_with(company, id, "").await
    }

    /// The same with another header.
    async fn begin_with(company: &Company, id: &str, header: &str) -> Self {
        let body = json!({ "transactions": [payment(id, id, 5)] }).to_string();
        let mut connection = TcpStream::connect(("127.0.0.1", company.app.installation.port)).await.expect("connects");
        let head = format!(
            "POST /transactions/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nExpect: 100-continue\r\n{header}\r\n",
            company.program.key,
            body.len()
        );
        connection.write_all(head.as_bytes()).await.expect("the server reads");
        Self { connection, body }
    }

    /// Waits until the server asks for the body: the batch has its place then.
    async fn has_its_place(mut self) -> Self {
        let mut asked = vec![0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
        timeout(SOON, self.connection.read_exact(&mut asked)).await.expect("its turn has come").expect("an answer");
        assert_eq!(String::from_utf8_lossy(&asked), "HTTP/1.1 100 Continue\r\n\r\n");
        self
    }

    fn waits(&self) -> bool {
        self.connection.try_read(&mut [0]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    }

    async fn end(mut self) {
        let (status, _) = raw::ask(&mut self.connection, self.body.as_bytes()).await.expect("an answer");
        assert_eq!(status, 200);
    }
}

on_each_engine!(a_keys_third_batch_waits_for_one_of_two);
async fn a_keys_third_batch_waits_for_one_of_two(app: TestApp) {
    let company = Company::of(app).await;
    let first = Arriving::begin(&company, "first").await.has_its_place().await;
    let second = Arriving::begin(&company, "second").await.has_its_place().await;
    let third = Arriving::begin(&company, "third").await;
    // Another key's batches and this key's single transactions wait for nothing.
    let other = ApiClient::new(&company.app.installation, &["transactions"]).await;
    let batch = other.request(Method::POST, "/transactions/batch").json(&json!({ "transactions": [payment("other", "c-1", 5)] }));
    other.send(batch).await.expect(200);
    company.post(&payment("single", "c-1", 5)).await.expect(201);
    assert!(third.waits(), "until one of the two is answered");
    second.end().await;
    third.has_its_place().await.end().await;
    first.end().await;
    assert_eq!(company.number("SELECT COUNT(*) FROM transactions").await, 5);
}

on_each_engine!(every_request_with_the_key_of_one_under_way_is_told_to_come_again);
async fn every_request_with_the_key_of_one_under_way_is_told_to_come_again(app: TestApp) {
    let company = Company::of(app).await;
    let first = Arriving::begin_with(&company, "first", "Idempotency-Key: one\r\n").await.has_its_place().await;
    for _ in 0..3 {
        let refused = post(&company, &[payment("other", "c-1", 5)], Some("one")).await;
        refused.problem(409, "conflict");
        assert!(refused.header("retry-after").parse::<u64>().is_ok(), "{:?}", refused.headers);
    }
    first.end().await;
    assert_eq!(company.number("SELECT COUNT(*) FROM transactions").await, 1);
    assert_eq!(said(&post(&company, &[payment("first", "first", 5)], Some("one")).await.expect(200)), ["201 APPROVED"], "the answer of then");
}

/// PostgreSQL has a lock that lets both decide before either keeps its answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_two_processes_get_at_once_has_one_answer() {
    let company = Company::of(TestApp::on(Engine::Postgres).await).await;
    let (database, here) = (&company.app.installation.database, company.app.installation.clone());
    let there = here.on_another_port();
    let _other = Server::start(&there).await;
    let send = |at: &Installation, key: &'static str, body: &Value| {
        let client = company.program.at(at);
        let request = client.request(Method::POST, "/transactions/batch").header("idempotency-key", key).json(body);
        tokio::spawn(async move { client.send(request).await })
    };
    let at_once = async |key: &'static str, bodies: [&Value; 2]| {
        let started = database.with_lock("LOCK TABLE idempotency IN SHARE MODE", async {
            let started = [send(&here, key, bodies[0]), send(&there, key, bodies[1])];
            database.until_waiting(2).await;
            started
        });
        let [first, second] = started.await;
        [first.await.expect("no panic"), second.await.expect("no panic")]
    };
    let body = json!({ "transactions": [payment("a", "c-1", 5), payment("b", "c-2", 5)] });
    let other_body = json!({ "transactions": [payment("c", "c-1", 5)] });
    let [first, second] = at_once("one", [&body, &body]).await.map(|reply| reply.expect(200).text());
    assert_eq!(first, second, "byte for byte");
    for at in [&here, &there] {
        assert_eq!(send(at, "one", &body).await.expect("no panic").expect(200).text(), first);
        send(at, "one", &other_body).await.expect("no panic").problem(409, "conflict");
    }
    assert_eq!(company.number("SELECT COUNT(*) FROM transactions").await, 2);

    let mut replies = at_once("two", [&body, &other_body]).await;
    replies.sort_by_key(|reply| reply.status);
    assert_eq!(replies[0].status, 200);
    let problem = replies[1].problem(409, "conflict");
    assert!(problem["detail"].to_string().contains("stays posted"), "{problem}");
    assert_eq!(company.number("SELECT COUNT(*) FROM transactions").await, 3);
}
