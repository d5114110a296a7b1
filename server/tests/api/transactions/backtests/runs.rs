//! A run ends when it is cancelled: by its row, or where it runs. What it names is sealed.

use ::server::actor::Actor;
use ::server::model::BacktestStatus;
use ::server::transactions::backtest::{self, BacktestError, Ended};

use super::story::Story;
use crate::support::{Parts, Value, json, on_each_engine};

fn draft() -> Value {
    json!({ "name": "draft", "when": { "count": "transactions", "within": "90d", "atLeast": 1 }, "then": { "action": "REVIEW" } })
}

on_each_engine!(a_run_ends_when_it_is_cancelled, Parts);
async fn a_run_ends_when_it_is_cancelled(parts: Parts) {
    let mut story = Story::new(parts, 3, 4).await;
    story.post(40).await;
    let kit = &story.parts.kit;
    let start = async || backtest::start(kit, &draft().to_string(), Actor::CommandLine).await;

    let running = start().await.expect("starts");
    assert!(matches!(start().await, Err(BacktestError::Busy)), "one at a time");
    let id = running.id;
    backtest::cancel(kit, id, Actor::CommandLine).await.expect("cancels");
    assert!(matches!(start().await, Err(BacktestError::Busy)), "it has not ended yet");
    assert_eq!(backtest::run(kit, running, std::future::pending()).await.expect("ends"), Ended::Cancelled);
    let of = backtest::find(kit, id).await.expect("a backtest");
    assert!(of.status == BacktestStatus::Cancelled && of.result.is_none() && of.ended_at.is_some(), "{of:?}");
    assert!(matches!(backtest::cancel(kit, id, Actor::CommandLine).await, Err(BacktestError::HasEnded)));

    let running = start().await.expect("starts");
    let id = running.id;
    assert_eq!(backtest::run(kit, running, std::future::ready(())).await.expect("ends"), Ended::Cancelled);
    assert_eq!(backtest::find(kit, id).await.expect("a backtest").status, BacktestStatus::Cancelled);

    // The lease of a run is over, and another one has ended it.
    let lost = start().await.expect("starts");
    story.parts.later(60);
    let of = backtest::find(kit, lost.id).await.expect("a backtest");
    assert_eq!((of.status, of.status_at(kit.ambient.now())), (BacktestStatus::Running, BacktestStatus::Failed));
    assert!(matches!(backtest::cancel(kit, lost.id, Actor::CommandLine).await, Err(BacktestError::HasEnded)));
    let next = start().await.expect("starts");
    assert!(backtest::run(kit, lost, std::future::pending()).await.is_err(), "it has lost its lease");
    assert_eq!(backtest::run(kit, next, std::future::pending()).await.expect("ends"), Ended::Done);
    assert_eq!(story.parts.installation.database.texts("SELECT status FROM backtests ORDER BY id").await, ["CANCELLED", "CANCELLED", "FAILED", "DONE"]);
}

on_each_engine!(the_newest_results_are_kept, Parts);
async fn the_newest_results_are_kept(parts: Parts) {
    let mut story = Story::new(parts, 4, 2).await;
    story.post(3).await;
    for _ in 0..52 {
        story.backtest(&draft()).await;
    }
    let database = &story.parts.installation.database;
    assert_eq!(database.number("SELECT COUNT(*) FROM backtests").await, 50);
    assert_eq!(database.number("SELECT COUNT(DISTINCT backtest) FROM backtest_transactions").await, 50);
}
