//! `rule backtest`: judges a draft on the transactions of the past, with a progress bar on a terminal. Ctrl-C cancels it.

use std::{
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use chrono::DateTime;
use serde_json::{Value, json};
use server::{
    actor::Actor,
    app::App,
    clock::rfc3339,
    error::CommandError,
    model::{Backtest, Tally},
    transactions::backtest::{self, BacktestError, Ended, NamedTransaction},
};
use shared::rule::{Rule, Style};

use super::{
    bar::Bar,
    printed::{Printed, failed},
    rule::read,
};

/// How often the bar moves.
const MOVES: Duration = Duration::from_millis(200);

/// Judges a draft.
pub async fn run(app: &App, file: &Path) -> Result<Printed, CommandError> {
    let (kit, shown) = (&app.kit, file.display());
    let running = backtest::start(kit, &read(file)?, Actor::CommandLine).await.map_err(|error| match error {
        BacktestError::Draft(fault) => failed(format!("{shown}: {fault}")),
        other => failed(other),
    })?;
    let (id, mut bar, done) = (running.id, Bar::new(running.whole), Arc::clone(&running.done));
    let moving = async {
        loop {
            bar.moved_to(done.load(Ordering::Relaxed));
            tokio::time::sleep(MOVES).await;
        }
    };
    let cancelled = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let ended = tokio::select! {
        ended = backtest::run(kit, running, cancelled) => ended,
        () = moving => return Err(failed("the bar never ends")),
    };
    if matches!(ended, Ok(Ended::Done)) {
        bar.moved_to(u64::MAX);
    }
    bar.end();
    match ended.map_err(failed)? {
        Ended::Cancelled => Err(failed("the backtest was cancelled")),
        Ended::Done => {
            let backtest = backtest::find(kit, id).await.map_err(failed)?;
            let draft = backtest::draft(&backtest).map_err(failed)?;
            let named = backtest::named(kit, &backtest, &draft, Actor::CommandLine).await.map_err(failed)?;
            Ok(printed(&backtest, &draft, &named))
        }
    }
}

fn printed(of: &Backtest, draft: &Rule, named: &[NamedTransaction]) -> Printed {
    let tally = of.result.clone().unwrap_or_default();
    Printed { text: text(of, draft, &tally, named), json: value(draft, &tally, named) }
}

fn value(draft: &Rule, tally: &Tally, named: &[NamedTransaction]) -> Value {
    let Tally { judged, matched, recorded, added, removed, days } = tally;
    let per_day: Vec<Value> =
        days.iter().map(|(day, of)| json!({ "day": date(*day), "judged": of.judged, "matched": of.matched, "recorded": of.recorded })).collect();
    let transactions: Vec<Value> = named
        .iter()
        .map(|one| {
            json!({
                "transactionId": one.transaction_id, "createdAt": rfc3339(one.created_at), "matched": one.matched, "recorded": one.recorded,
                "because": one.evaluation.texts(draft, Style::Api),
            })
        })
        .collect();
    json!({
        "judged": judged, "matched": matched, "recorded": recorded, "added": added, "removed": removed, "perDay": per_day, "transactions": transactions,
    })
}

fn text(of: &Backtest, draft: &Rule, tally: &Tally, named: &[NamedTransaction]) -> String {
    let Tally { judged, matched, recorded, added, removed, days } = tally;
    let against = match of.against {
        Some(version) => format!("version {version} had matched {recorded}: {added} more, {removed} no more"),
        None => "it was never active".to_owned(),
    };
    let mut lines = vec![format!("{}: judged {judged}, {matched} match; {against}.", draft.name)];
    lines.extend(days.iter().map(|(day, of)| format!("{}  judged {:>8}  match {:>8}  had matched {:>8}", date(*day), of.judged, of.matched, of.recorded)));
    for one in named {
        let sign = match (one.matched, one.recorded) {
            (true, false) => '+',
            (false, true) => '-',
            _ => ' ',
        };
        let because = one.evaluation.texts(draft, Style::Api).into_iter().map(|line| line.text).collect::<Vec<_>>().join("; ");
        lines.push(format!("{sign} {}  {because}", one.transaction_id));
    }
    lines.join("\n")
}

fn date(day: i64) -> String {
    DateTime::from_timestamp(day.saturating_mul(86_400), 0).unwrap_or_default().date_naive().to_string()
}
