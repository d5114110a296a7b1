//! How many transactions each rule judged and matched, by day.

use ::server::actor::Actor;
use ::server::model::{ApiKey, Scope};
use ::server::rules;
use ::server::transactions::hits::{self, Hits};
use ::server::transactions::post::post;
use ::server::{api_keys, kit::Kit};
use ::shared::rule::Posted;

use crate::support::{Parts, Value, json, on_each_engine};

async fn import(kit: &Kit, name: &str, mode: &str, least: i64) {
    let when = json!({ "field": "amount", "atLeast": least, "currency": "BRL" });
    let rule = json!({ "name": name, "mode": mode, "when": when, "then": { "action": "REVIEW" } });
    rules::import(kit, &rule.to_string(), Actor::CommandLine).await.expect("imports");
}

async fn pay(kit: &Kit, key: &ApiKey, id: &str, amount: i64) {
    let body: Value = json!({ "transactionId": id, "customerId": "c-1", "amount": amount, "currency": "BRL", "direction": "OUT", "type": "PIX" });
    post(kit, &Posted::parse(&body.to_string()).expect("JSON"), key, None).await.expect("posts");
}

/// Name, day, and judged and matched while ACTIVE and while in TEST.
fn plain(hits: &[Hits]) -> Vec<(String, i64, [i64; 4])> {
    hits.iter().map(|one| (one.rule.clone(), one.day, [one.active.judged, one.active.matched, one.test.judged, one.test.matched])).collect()
}

fn today(kit: &Kit) -> i64 {
    kit.ambient.now().0 / 1_000_000 / 86_400
}

on_each_engine!(each_rule_counts_what_it_judged_and_matched_by_day, Parts);
async fn each_rule_counts_what_it_judged_and_matched_by_day(parts: Parts) {
    let kit = &parts.kit;
    let made = api_keys::create(kit, None, vec![Scope::Transactions], Actor::CommandLine).await.expect("makes a key");
    let key = api_keys::of_secret(kit, &made.key).await.expect("reads").expect("a key");
    pay(kit, &key, "before", 5).await;
    import(kit, "large", "TEST", 100).await;
    import(kit, "all", "ACTIVE", 1).await;
    for (id, amount) in [("a", 50), ("b", 500)] {
        pay(kit, &key, id, amount).await;
    }
    import(kit, "large", "ACTIVE", 100).await;
    pay(kit, &key, "c", 700).await;
    // The same again is no second decision.
    pay(kit, &key, "c", 700).await;
    let first = today(kit);
    let one_day = vec![("all".to_owned(), first, [3, 3, 0, 0]), ("large".to_owned(), first, [1, 1, 2, 1])];
    let counted = async || plain(&hits::of_last_days(kit, 30).await.expect("counts"));
    assert_eq!(counted().await, one_day, "before a sweep");
    hits::sweep(kit).await.expect("sweeps");
    assert_eq!(counted().await, one_day, "a sweep that has not come so far");
    parts.later(3_600);
    hits::sweep(kit).await.expect("sweeps");
    hits::sweep(kit).await.expect("sweeps");
    assert_eq!(counted().await, one_day, "after");
    assert_eq!(parts.installation.database.number("SELECT COUNT(*) FROM rule_hits").await, 3);

    rules::disable(kit, "all", Actor::CommandLine).await.expect("disables");
    parts.later(2 * 86_400);
    pay(kit, &key, "d", 5).await;
    let both = vec![("all".to_owned(), first, [3, 3, 0, 0]), ("large".to_owned(), first, [1, 1, 2, 1]), ("large".to_owned(), today(kit), [1, 0, 0, 0])];
    assert_eq!(counted().await, both);
    parts.later(120);
    hits::sweep(kit).await.expect("sweeps");
    assert_eq!(counted().await, both, "swept in two parts");
    let last = plain(&hits::of_last_days(kit, 2).await.expect("counts"));
    assert_eq!(last, both[2..], "only the last days");
}
