//! A rule that is in force, judged again on what it decided itself, comes to what it decided: with transactions that arrived late, lists that
//! changed, payments that were blocked later, and sessions that were completed, linked and reviewed in between.
//!
//! `FLOW_SOAK_TRANSACTIONS` sets how many are posted (2,000 by default), for `make soak`.

use super::story::Story;
use crate::support::{Parts, on_each_engine, soak::setting_or};

on_each_engine!(a_rule_in_force_agrees_with_what_it_decided, Parts);
async fn a_rule_in_force_agrees_with_what_it_decided(parts: Parts) {
    let many = setting_or("FLOW_SOAK_TRANSACTIONS", 2_000);
    let mut story = Story::new(parts, 16, 4 + many / 500).await;
    while story.posted() < many {
        story.go_on().await;
    }
    let mut matched = 0;
    for (name, judged) in story.judged().await {
        let draft = story.newest(&name).await;
        let tally = story.backtest(&draft).await;
        println!("{name}: {judged} posted since, {} judged, {} matched", tally.judged, tally.matched);
        assert_eq!(tally.judged, judged, "{name}");
        assert_eq!((tally.added, tally.removed, tally.matched), (0, 0, tally.recorded), "{name}: {draft}");
        assert_eq!(tally.days.values().map(|day| day.judged).sum::<u64>(), tally.judged);
        matched += tally.matched;
    }
    assert!(matched > 100, "the rules match: {matched}");
}
