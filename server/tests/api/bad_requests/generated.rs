//! Requests generated from good and bad pieces. None of them is valid, because no body fits any route.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::row::{Answer, Target};

/// The number of requests in a run.
const CASES: usize = 96;

/// One request, as it is sent.
#[derive(Debug)]
pub struct Generated {
    pub bytes: Vec<u8>,
    is_page: bool,
}

impl Generated {
    /// Expects no server error, and a problem for every refusal by the API.
    #[track_caller]
    pub fn check(&self, answer: Option<&Answer>) {
        let Some(answer) = answer else { return };
        let whole = format!("{}\n{}\n{}", String::from_utf8_lossy(&self.bytes), answer.head, String::from_utf8_lossy(&answer.body));
        assert!(answer.status < 500, "{whole}");
        // Refusals by the HTTP layer have no body.
        if (400..500).contains(&answer.status) && !self.is_page && !answer.body.is_empty() {
            assert!(answer.is_a_problem(), "{whole}");
        }
    }
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|b| b.to_string()),
        any::<f64>().prop_map(|n| format!("{n:e}")),
        "[\\x20-\\x7e]{0,12}".prop_map(|text| format!("{text:?}"))
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|all| format!("[{}]", all.join(","))),
            vec(("[a-z_]{1,9}", inner), 0..4)
                .prop_map(|all| format!("{{{}}}", all.into_iter().map(|(key, value)| format!("\"{key}\":{value}")).collect::<Vec<_>>().join(","))),
        ]
    })
}

/// A body that no route accepts: no flow has the field that it names.
fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..400),
        json().prop_map(String::into_bytes),
        json().prop_map(|value| format!("{{\"userData\":{{\"no_such_field\":{value}}}}}").into_bytes()),
        "[a-z%&=+]{0,200}".prop_map(String::into_bytes),
        vec(any::<u8>(), 0..200).prop_map(|content| [
            b"--cut\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n".as_slice(),
            &content,
            b"\r\n--cut--\r\n"
        ]
        .concat()),
    ]
}

fn path(target: &Target) -> impl Strategy<Value = String> + use<> {
    let (api, page) = (target.api(""), target.page(""));
    let known = ["/public", "/answers", "/upload", "/complete", "/steps/identity", "/steps/selfie", "/artifacts/art_x", ""].map(str::to_owned).to_vec();
    let rest = prop_oneof![4 => prop::sample::select(known), 1 => "/[a-zA-Z0-9%._;~-]{0,30}", 1 => "/steps/[a-z%0-9]{0,20}"];
    let query = prop_oneof![2 => Just(String::new()), 1 => "\\?[a-z%=&]{0,30}"];
    (prop::sample::select(vec![api, page]), rest, query).prop_map(|(start, rest, query)| format!("{start}{rest}{query}"))
}

fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    let names =
        ["Accept", "Accept-Language", "Range", "If-None-Match", "Expect", "X-Forwarded-For", "Cookie", "Origin", "Transfer-Encoding", "Content-Encoding"];
    vec((prop::sample::select(names.map(str::to_owned).to_vec()), "[\\x21-\\x7e]{0,40}"), 0..4)
}

/// The requests of a run, the same in every run.
pub fn cases(target: &Target) -> Vec<Generated> {
    let media_types = ["application/json", "multipart/form-data; boundary=cut", "application/x-www-form-urlencoded", "text/plain"];
    let methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];
    let strategy = (prop::sample::select(methods.to_vec()), path(target), prop::sample::select(media_types.to_vec()), headers(), body());
    let seed = [7; 32];
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    (0..CASES)
        .map(|_| {
            let (method, path, media_type, headers, body) = strategy.new_tree(&mut runner).expect("no strategy rejects").current();
            let mut all: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            all.push(("Content-Type", media_type));
            Generated { bytes: target.request(method, &path, &all, &body), is_page: path.starts_with("/verify/") }
        })
        .collect()
}
