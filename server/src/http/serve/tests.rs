//! What every route has, on routes of the test's own: the log, the answer to a panic, and the headers.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use axum::{body::to_bytes, middleware, routing::get};
use tracing::Level;

use super::*;

/// The log as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Asks for these paths, one after the other. Answers the responses and what was logged at this level.
async fn ask(paths: &[&str], level: Level) -> (Vec<Response>, String) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(level).with_ansi(false).with_writer(move || writer.clone()).finish();
    let _here = tracing::subscriber::set_default(subscriber);
    let read = async || {
        warn!("something about a request");
        ([(header::REFERRER_POLICY, "same-origin"), (header::X_CONTENT_TYPE_OPTIONS, "of the handler")], "read")
    };
    async fn broken() -> &'static str {
        panic!("the handler is broken")
    }
    let routes = Router::new().route("/verify/{id}", get(read)).route("/broken/{id}", get(broken));
    let router = routes.layer(middleware::from_fn(catch_panics)).layer(middleware::from_fn(common_headers)).layer(spans());
    let mut answers = Vec::new();
    for path in paths {
        answers.push(router.clone().oneshot(Request::builder().uri(*path).body(Body::empty()).unwrap()).await.unwrap());
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    (answers, log)
}

#[tokio::test]
async fn the_log_has_the_route_and_never_the_path() {
    let (_, log) = ask(&["/verify/s3cret?lang=s3cret", "/broken/s3cret", "/s3cret"], Level::TRACE).await;
    assert!(!log.contains("s3cret"), "{log}");
    let about = |words: &[&str]| log.lines().any(|line| words.iter().all(|word| line.contains(word)));
    // A line of a handler has the route too.
    assert!(about(&["method=GET", "route=\"/verify/{id}\"", "something about a request"]), "{log}");
    assert!(about(&["method=GET", "route=\"/verify/{id}\"", "status=200", "micros=", "answered"]), "{log}");
    assert!(about(&["route=\"/broken/{id}\"", "status=500", "answered"]), "{log}");
    assert!(about(&["route=\"(none)\"", "status=404", "answered"]), "{log}");
}

#[tokio::test]
async fn a_panic_is_a_problem_and_is_logged_with_its_route() {
    let (answers, log) = ask(&["/broken/s3cret", "/verify/1"], Level::ERROR).await;
    assert!(log.contains("ERROR") && log.contains("a handler panicked") && log.contains("route=\"/broken/{id}\"") && !log.contains("s3cret"), "{log}");
    let mut answers = answers.into_iter();
    let problem = answers.next().unwrap();
    assert_eq!(problem.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(problem.headers()[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(problem.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    let body = to_bytes(problem.into_body(), 10_000).await.unwrap();
    assert!(!String::from_utf8_lossy(&body).contains("the handler is broken"));
    assert_eq!(answers.next().unwrap().status(), StatusCode::OK, "the server goes on");
}

#[tokio::test]
async fn every_answer_has_the_headers_and_its_length() {
    let (answers, _) = ask(&["/verify/1", "/nowhere", "/broken/1"], Level::ERROR).await;
    for answer in &answers {
        let headers = answer.headers();
        for (name, value) in [("x-content-type-options", "nosniff"), ("x-robots-tag", "noindex"), ("cache-control", "no-store")] {
            assert_eq!(headers.get_all(name).iter().collect::<Vec<_>>(), [value], "{answer:?}");
        }
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], ALLOW_NOTHING);
    }
    // A handler's own choice stays.
    assert_eq!(
        (&answers[0].headers()[header::REFERRER_POLICY], &answers[1].headers()[header::REFERRER_POLICY]),
        (&"same-origin".parse().unwrap(), &"no-referrer".parse().unwrap())
    );
    let length = http_body::Body::size_hint(answers[0].body()).exact();
    assert_eq!(length, Some(4), "what wraps the body does not hide its length");
}
