//! Requests that two readers may understand differently are refused: keys that are written twice, no Host or two, unknown transfer codings.
//! And no refusal is larger than what it refuses.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{ApiClient, SOON, TestApp, Value, json, on_each_engine, photos, raw};

on_each_engine!(a_key_that_is_written_twice_is_400_at_its_position);
async fn a_key_that_is_written_twice_is_400_at_its_position(app: TestApp) {
    app.installation.run(&["settings", "set", "session-api", "on"]).await;
    let (customer, client) = (app.customer().await, ApiClient::new(&app.installation, &["sessions:create"]).await);
    let before = customer.public().await.expect(200).json();
    let customers = [
        (r#"{"userData":{"name":"Ana","cpf":"52998224725","name":"Eva"}}"#, "line 1, column 52"),
        (r#"{"userData":{"name":"Ana"},"userData":{}}"#, "line 1, column 37"),
        ("{\"other\":1,\n\"userData\":{\"name\":\"Ana\",\"n\\u0061me\":\"Eva\"}}", "line 2, column 36"),
        (r#"{"userData":{"name":{"a":[{"b":1,"b":1}]}}}"#, "line 1, column 36"),
        (r#"{"userData":{},"other":{"a":1,"a":1}}"#, "line 1, column 33"),
    ];
    for (body, at) in customers {
        for (method, route) in [(Method::PUT, "/steps/identity"), (Method::POST, "/complete")] {
            let request = customer.api(method, route).header(CONTENT_TYPE, "application/json").body(body);
            let detail = customer.send(request).await.problem(400, "invalid-json")["detail"].to_string();
            assert!(detail.contains("twice") && detail.contains(at) && !detail.contains("Ana"), "{body}: {detail}");
        }
    }
    for body in [r#"{"flow":"minimal","flow":"demo"}"#, r#"{"flow":"minimal","more":{"a":1,"a":1}}"#] {
        let request = client.request(Method::POST, "/kyc-sessions").header(CONTENT_TYPE, "application/json").body(body);
        client.send(request).await.problem(400, "invalid-json");
    }
    customer.assert_unharmed(&before).await;
}

on_each_engine!(unknown_fields_are_named_twenty_times_and_counted);
async fn unknown_fields_are_named_twenty_times_and_counted(app: TestApp) {
    app.installation.run(&["settings", "set", "session-api", "on"]).await;
    let (customer, client) = (app.customer().await, ApiClient::new(&app.installation, &["sessions:create"]).await);
    let many: serde_json::Map<String, Value> = (0..20_000).map(|number| (format!("{number:05}"), json!(1))).collect();
    let body = json!({ "userData": many });
    assert!(body.to_string().len() > 200_000);
    let replies = [
        customer.send(customer.api(Method::PUT, "/steps/identity").json(&body)).await,
        customer.send(customer.api(Method::POST, "/complete").json(&body)).await,
        client.create(&Value::Object(many)).await,
    ];
    for reply in replies {
        assert!(reply.expect(422).body.len() < 8_000);
    }
    let reply = customer.send(customer.api(Method::PUT, "/steps/identity").json(&body)).await;
    let errors = reply.problem(422, "invalid-user-data")["errors"].as_array().expect("errors").clone();
    let unknown: Vec<&Value> = errors.iter().filter(|error| error["code"] == "unknown_field").collect();
    assert_eq!((unknown.len(), &unknown[0]["field"]), (20, &json!("00000")));
    assert!(unknown[19]["message"].to_string().contains("19980 more"), "{}", unknown[19]);
    customer.upload("selfie_url", photos::selfie()).await.expect(201);
    customer.finish().await;
}

/// Sends a request and returns the status of the answer.
async fn status(port: u16, request: &str) -> u16 {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).await.expect("connects");
    connection.write_all(request.as_bytes()).await.expect("sends");
    let mut received = Vec::new();
    timeout(SOON, connection.read_to_end(&mut received)).await.expect("is closed").expect("is closed in order");
    raw::head_of(&received).unwrap_or_else(|| panic!("no answer to {request:?}")).0
}

on_each_engine!(a_request_has_one_host_and_no_transfer_coding_but_chunked);
async fn a_request_has_one_host_and_no_transfer_coding_but_chunked(app: TestApp) {
    let port = app.installation.port;
    for (version, host, wanted) in [
        ("1.1", "Host: a\r\n", 200),
        ("1.1", "Host: [::1]:3000\r\n", 200),
        ("1.0", "", 200),
        ("1.0", "Host: a\r\n", 200),
        ("1.1", "", 400),
        ("1.1", "Host: a\r\nHost: a\r\n", 400),
        ("1.1", "Host: a\r\nhost: b\r\n", 400),
        ("1.0", "Host: a\r\nHost: b\r\n", 400),
        ("1.1", "Host: a, b\r\n", 400),
        ("1.1", "Host: a b\r\n", 400),
        ("1.1", "Host: b@a\r\n", 400),
        ("1.1", "X-Host: a\r\n", 400),
    ] {
        let request = format!("GET /healthz HTTP/{version}\r\n{host}Connection: close\r\n\r\n");
        assert_eq!(status(port, &request).await, wanted, "{request:?}");
    }
    let customer = app.customer().await;
    for (codings, wanted) in [
        ("Transfer-Encoding: chunked\r\n", 422),
        ("Transfer-Encoding: gzip, chunked\r\n", 400),
        ("Transfer-Encoding: xchunked, chunked\r\n", 400),
        ("Transfer-Encoding: chunked, chunked\r\n", 400),
        ("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", 400),
        ("Transfer-Encoding: gzip\r\n", 400),
    ] {
        let body = "2\r\n{}\r\n0\r\n\r\n";
        let request = format!(
            "POST /kyc-sessions/{}/complete HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n{codings}\r\n{body}",
            customer.id
        );
        assert_eq!(status(port, &request).await, wanted, "{codings:?}");
    }
}

on_each_engine!(a_head_of_32_kib_is_read_and_a_longer_one_is_refused);
async fn a_head_of_32_kib_is_read_and_a_longer_one_is_refused(app: TestApp) {
    for (length, expected) in [(31 * 1024, 200), (100 * 1024, 431)] {
        let mut connection = TcpStream::connect(("127.0.0.1", app.installation.port)).await.expect("connects");
        let head = format!("GET /healthz HTTP/1.1\r\nHost: a\r\nCookie: a={}\r\n\r\n", "x".repeat(length - 60));
        let status = raw::ask(&mut connection, head.as_bytes()).await.expect("an answer").0;
        assert_eq!(status, expected, "{length} bytes");
    }
}
