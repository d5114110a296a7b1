//! Each measurement, by what it asks of the product.

use std::{
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Router, http::header, routing::get};
use serde_json::json;

use crate::{
    Amount, Line,
    client::{Round, once, request, round},
    product::{Engine, Product, new_database, open},
};

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A route that answers these bytes, with as many headers as the product sends.
pub async fn serve_bare(bytes: Vec<u8>) {
    let bytes = axum::body::Bytes::from(bytes);
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"),
    ];
    let route = Router::new().route("/{*path}", get(move || async move { (headers, bytes) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("{}", listener.local_addr().expect("its address"));
    axum::serve(listener, route).await.expect("serves");
}

/// The bare route in a process of its own.
struct Bare {
    child: std::process::Child,
    address: String,
}

impl Bare {
    fn start(bytes: &[u8]) -> Self {
        use std::io::BufRead as _;
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), bytes).expect("writes it");
        let own = std::env::current_exe().expect("this program");
        let mut child = Command::new(own).arg("bare").arg(file.path()).stdout(Stdio::piped()).spawn().expect("runs");
        let mut address = String::new();
        std::io::BufReader::new(child.stdout.take().expect("its output")).read_line(&mut address).expect("its address");
        Self { child, address: address.trim().to_owned() }
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn reading(path: String) -> impl Fn(usize) -> Vec<u8> + Send + Sync + 'static {
    move |_| request("GET", &path, "", b"")
}

/// `GET /public` against the bare route, and step pages.
pub async fn reads(engine: Engine, amount: Amount) -> Vec<Line> {
    let product = Product::start(engine).await;
    let id = product.session("minimal").await;
    let (public, page) = (format!("/kyc-sessions/{id}/public"), format!("/verify/{id}/identity"));
    let (_, body) = once(&product.address, &request("GET", &public, "", b"")).await;
    let bare = Bare::start(body.as_bytes());
    let (mut ratios, mut rates, mut pages) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..amount.runs() {
        let ours = round(&product.address, amount.of(20_000), 32, 200, reading(public.clone())).await.rate();
        let theirs = round(&bare.address, amount.of(20_000), 32, 200, reading(public.clone())).await.rate();
        ratios.push(ours / theirs);
        rates.push(ours);
        pages.push(round(&product.address, amount.of(5_000), 32, 200, reading(page.clone())).await.rate());
    }
    let (ratio, bar) = (median(ratios), if engine == Engine::Sqlite { 0.2 } else { 0.1 });
    vec![
        Line::held(
            format!("`GET /public` ÷ a bare axum route with the same bytes, {}", engine.name()),
            format!("{ratio:.3} ({:.0} a second)", median(rates)),
            &format!("≥ {bar}"),
            ratio >= bar,
        ),
        Line::figure(format!("step pages rendered a second, {}", engine.name()), format!("{:.0}", median(pages))),
    ]
}

/// Durable completes against single-row durable inserts.
pub async fn completes(engine: Engine, amount: Amount) -> Vec<Line> {
    let product = Product::start(engine).await;
    let fields = json!([{ "name": "name", "type": "TEXT", "label": "Name", "required": true }, { "name": "cpf", "type": "CPF", "label": "CPF" }]);
    product.import(&json!({ "name": "form", "steps": [{ "id": "identity", "type": "FORM", "title": "Who", "fields": fields }] }));
    let beside = tempfile::tempdir().expect("a folder");
    let url = match engine {
        Engine::Sqlite => format!("sqlite://{}/rows.db?mode=rwc", beside.path().display()),
        Engine::Postgres => new_database().await,
    };
    let pool = open(&url, engine).await;
    sqlx::query("CREATE TABLE rows (id BIGINT PRIMARY KEY, text TEXT NOT NULL)").execute(&pool).await.expect("a table");
    let count = amount.of(2_000);
    let (mut ratios, mut rates) = (Vec::new(), Vec::new());
    for run in 0..amount.runs() {
        let mut sessions = Vec::with_capacity(count);
        for _ in 0..count {
            sessions.push(product.session("form").await);
        }
        let completing = move |number: usize| {
            let path = format!("/kyc-sessions/{}/complete", sessions[number]);
            request("POST", &path, "Content-Type: application/json\r\n", br#"{"userData":{"name":"Ana de Souza","cpf":"529.982.247-25"}}"#)
        };
        let ours = round(&product.address, count, 16, 202, completing).await.rate();
        let started = Instant::now();
        let next = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let workers = (0..16).map(|_| {
            let (pool, next) = (pool.clone(), Arc::clone(&next));
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    let query = sqlx::query("INSERT INTO rows (id, text) VALUES ($1, $2)").bind((run * count + number) as i64).bind("Ana de Souza");
                    query.execute(&pool).await.expect("inserts");
                }
            })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.expect("a worker ends");
        }
        ratios.push(ours / (count as f64 / started.elapsed().as_secs_f64()));
        rates.push(ours);
    }
    vec![Line::figure(
        format!("durable completes ÷ single-row durable inserts, {}", engine.name()),
        format!("{:.3} ({:.0} completes a second)", median(ratios), median(rates)),
    )]
}

/// Answers with few and with many sessions in the database.
pub async fn sizes(engine: Engine, amount: Amount) -> Vec<Line> {
    let (few, many) = (Grown::start(engine, 1_000).await, Grown::start(engine, if amount.of(10) == 10 { 100_000 } else { 10_000 }).await);
    let mut lines = Vec::new();
    for what in ["`GET /public`", "creating a link", "the list of sessions", "the list of one customer"] {
        let (mut of_few, mut of_many) = (Vec::new(), Vec::new());
        for _ in 0..amount.runs() {
            of_few.push(few.ask(what, amount).await.p99());
            of_many.push(many.ask(what, amount).await.p99());
        }
        let (few, many) = (median(of_few), median(of_many));
        lines.push(Line::held(
            format!("p99 of {what} at 100,000 sessions ÷ at 1,000, {}", engine.name()),
            format!("{:.2} ({many:.1} ms, {few:.1} ms)", many / few),
            "≤ 1.5",
            many <= few * 1.5,
        ));
    }
    lines
}

/// A server with many sessions.
struct Grown {
    product: Product,
    id: String,
    cookie: String,
    customer: String,
}

impl Grown {
    async fn start(engine: Engine, sessions: i64) -> Self {
        let product = Product::start(engine).await;
        let link = product.run(&["link", "create", "--flow", "minimal", "--customer", "crm-1"]);
        let id = link["sessionId"].as_str().expect("an id").to_owned();
        let pool = product.database().await;
        let bytes = if engine == Engine::Sqlite { "BLOB" } else { "BYTEA" };
        // Copies of a real row: 100 of its customer, every other one completed.
        let hex = if engine == Engine::Sqlite {
            "printf('%08x-0000-7000-8000-000000000000', i)"
        } else {
            "lpad(to_hex(i), 8, '0') || '-0000-7000-8000-000000000000'"
        };
        let sql = format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {sessions}) \
             INSERT INTO sessions (ref, id_hash, id_sealed, data_key, flow, customer, status, created_at, expires_at, touched_at, submitted_at, completed_at, \
             risk_score, decision, reasons) SELECT {hex}, CAST('bench' || i AS {bytes}), id_sealed, data_key, flow, CASE WHEN i % {} = 0 THEN customer END, \
             CASE WHEN i % 2 = 0 THEN 'COMPLETED' ELSE status END, created_at, expires_at, touched_at, created_at, created_at, 60, 'REVIEW', 'cpf.check_digits' \
             FROM n, sessions s WHERE s.ref > '01'",
            sessions / 100
        );
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&pool).await.expect("inserts sessions");
        sqlx::query("ANALYZE").execute(&pool).await.expect("analyses");
        let customer: String = sqlx::query_scalar("SELECT id FROM customers").fetch_one(&pool).await.expect("the customer");
        pool.close().await;
        let cookie = format!("Cookie: {}\r\n", product.operator().await);
        Self { product, id, cookie, customer }
    }

    async fn ask(&self, what: &str, amount: Amount) -> Round {
        let (count, address) = (amount.of(2_000), &self.product.address);
        let list = |path: String| {
            let cookie = self.cookie.clone();
            move |_| request("GET", &path, &cookie, b"")
        };
        match what {
            "`GET /public`" => round(address, count, 4, 200, reading(format!("/kyc-sessions/{}/public", self.id))).await,
            "creating a link" => {
                let creating = self.product.creating("minimal");
                round(address, count, 4, 201, move |_| creating.clone()).await
            }
            "the list of sessions" => round(address, count, 4, 200, list("/dashboard/sessions".to_owned())).await,
            _ => round(address, count, 4, 200, list(format!("/dashboard/sessions?customer={}", self.customer))).await,
        }
    }
}

/// A PNG of noise of about 5 MiB; another one for another seed.
fn photo(seed: u32) -> Vec<u8> {
    let mut state = seed;
    let noise: Vec<u8> = (0..1_320 * 1_320 * 3)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_raw(1_320, 1_320, noise).expect("the size fits").write_to(&mut png, image::ImageFormat::Png).expect("encodes");
    png.into_inner()
}

/// Uploads of 5 MiB against `sha256sum` over the same bytes.
pub async fn uploads(amount: Amount) -> Vec<Line> {
    let product = Product::start(Engine::Sqlite).await;
    let (photos, count) = ([photo(1), photo(2)], amount.of(100));
    let mebibytes = count as f64 * photos[0].len() as f64 / f64::from(1 << 20);
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), &photos[0]).expect("writes it");
    let (mut ratios, mut rates) = (Vec::new(), Vec::new());
    for _ in 0..amount.runs() {
        let mut sessions = Vec::new();
        for _ in 0..count {
            sessions.push(product.session("minimal").await);
        }
        let photos = photos.clone();
        let uploading = move |number: usize| {
            let head = "--b\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\nselfie_url\r\n\
                        --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n";
            let body = [head.as_bytes(), &photos[number % 2], b"\r\n--b--\r\n"].concat();
            request("POST", &format!("/kyc-sessions/{}/upload", sessions[number]), "Content-Type: multipart/form-data; boundary=b\r\n", &body)
        };
        let ours = mebibytes / round(&product.address, count, 4, 201, uploading).await.took.as_secs_f64();
        let started = Instant::now();
        let hashed = Command::new("sha256sum").args(std::iter::repeat_n(file.path(), count)).stdout(Stdio::null()).status();
        assert!(hashed.is_ok_and(|status| status.success()), "sha256sum runs");
        ratios.push(ours / (mebibytes / started.elapsed().as_secs_f64()));
        rates.push(ours);
    }
    vec![
        Line::figure("uploads of 5 MiB, 4 at once ÷ `sha256sum` over the same bytes", format!("{:.3} ({:.0} MiB/s)", median(ratios), median(rates))),
        Line::figure("memory at most meanwhile (`VmHWM`)", format!("{:.0} MB", product.memory("VmHWM"))),
    ]
}

/// `/public` while a crowd signs in.
pub async fn sign_ins(amount: Amount) -> Vec<Line> {
    let product = Product::start(Engine::Sqlite).await;
    let public = format!("/kyc-sessions/{}/public", product.session("minimal").await);
    let (mut calm, mut crowded) = (Vec::new(), Vec::new());
    for _ in 0..amount.runs() {
        calm.push(round(&product.address, amount.of(5_000), 4, 200, reading(public.clone())).await.p99());
        let crowd: Vec<_> = (0..50)
            .map(|_| {
                let address = product.address.clone();
                tokio::spawn(async move {
                    loop {
                        let body = b"email=nobody%40example.com&password=wrong+horse+battery";
                        let headers = "Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n";
                        once(&address, &request("POST", "/dashboard/sign-in", headers, body)).await;
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(500)).await;
        crowded.push(round(&product.address, amount.of(5_000), 4, 200, reading(public.clone())).await.p99());
        for one in crowd {
            one.abort();
        }
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    let (calm, crowded) = (median(calm), median(crowded));
    let measured = format!("{:.2} ({crowded:.2} ms, {calm:.2} ms)", crowded / calm);
    vec![Line::held("p99 of `GET /public` while 50 sign in at once ÷ without", measured, "≤ 2", crowded <= calm * 2.0)]
}

/// Start and memory of the process.
pub async fn process(amount: Amount) -> Vec<Line> {
    let mut product = Product::start(Engine::Sqlite).await;
    let photo = std::fs::read("end2end/photos/person.jpg").expect("a photo");
    for _ in 0..amount.of(100) {
        let id = product.session("minimal").await;
        let head = "--b\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\nselfie_url\r\n\
                    --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n";
        let body = [head.as_bytes(), &photo, b"\r\n--b--\r\n"].concat();
        let upload = request("POST", &format!("/kyc-sessions/{id}/upload"), "Content-Type: multipart/form-data; boundary=b\r\n", &body);
        assert_eq!(once(&product.address, &upload).await.0, 201);
        let complete = request(
            "POST",
            &format!("/kyc-sessions/{id}/complete"),
            "Content-Type: application/json\r\n",
            br#"{"userData":{"name":"Ana","cpf":"529.982.247-25"}}"#,
        );
        assert_eq!(once(&product.address, &complete).await.0, 202);
    }
    tokio::time::sleep(Duration::from_secs(if amount.runs() == 1 { 6 } else { 60 })).await;
    let memory = product.memory("VmRSS");
    let mut starts = Vec::new();
    for _ in 0..amount.runs() {
        starts.push(product.restart().await.as_secs_f64());
    }
    let start = median(starts);
    vec![
        Line::held("resident memory 60 s after 100 sessions, SQLite", format!("{memory:.1} MB"), "≤ 40 MB", memory <= 40.0),
        Line::held("start to ready, existing data, SQLite", format!("{:.0} ms", start * 1_000.0), "≤ 0.5 s", start <= 0.5),
    ]
}
