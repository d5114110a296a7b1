//! Reads the pages of backtests.

use app::dashboard::{
    backtest::{BacktestData, DayRow, NamedRow},
    backtests::{BacktestRow, Backtests, Standing, Sums},
};
use chrono::DateTime;
use shared::{
    rule::{Rule, Style},
    session::Timestamp,
};

use super::{Result, ViewError, Views, line, mask};
use crate::{
    actor::Actor,
    clock::rfc3339,
    ids::BacktestId,
    model::{Backtest, BacktestStatus, Tally},
    rules,
    transactions::backtest::{self, BacktestError, NamedTransaction},
};

impl From<BacktestError> for ViewError {
    fn from(error: BacktestError) -> Self {
        match error {
            BacktestError::Failure(failure) => failure.into(),
            _ => Self::NotFound,
        }
    }
}

impl Views<'_> {
    /// The backtests that are kept, and the names of the rules.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn backtests(self) -> Result<Backtests> {
        let (kit, now) = (self.kit, self.kit.ambient.now());
        let found = backtest::list(kit).await.map_err(crate::failure::Failure::from)?;
        let mut rows = Vec::with_capacity(found.len());
        for one in found {
            rows.push(match one {
                Ok(of) => Ok(row(&of, &backtest::draft(&of)?, now)),
                Err(damaged) => Err(line(damaged)),
            });
        }
        let mut rules: Vec<String> = rules::list(kit).await?.iter().map(|version| version.rule.name.clone()).collect();
        rules.sort_unstable();
        Ok(Backtests { rows, rules })
    }

    /// One backtest. What its transactions hold is masked, as on their own pages; there an operator may reveal it. Writes an audit row if it
    /// names transactions.
    ///
    /// # Errors
    /// [`ViewError::NotFound`]
    pub async fn backtest(self, id: BacktestId, by: Actor) -> Result<BacktestData> {
        let (kit, style) = (self.kit, Style::Masked(self.language));
        let of = backtest::find(kit, id).await?;
        let draft = backtest::draft(&of)?;
        let named = backtest::named(kit, &of, &draft, by).await?;
        Ok(BacktestData {
            row: row(&of, &draft, kit.ambient.now()),
            sentence: draft.sentence(self.language),
            against: of.against,
            done: of.done,
            whole: of.whole,
            days: of.result.as_ref().map(days).unwrap_or_default(),
            transactions: named.iter().map(|named| named_row(named, &draft, style)).collect(),
        })
    }
}

fn row(of: &Backtest, draft: &Rule, now: Timestamp) -> BacktestRow {
    let sums = |tally: &Tally| {
        let Tally { judged, matched, recorded, added, removed, .. } = *tally;
        Sums { judged, matched, recorded, added, removed }
    };
    BacktestRow {
        id: of.id.to_string(),
        rule: draft.name.clone(),
        standing: match of.status_at(now) {
            BacktestStatus::Running => Standing::Running,
            BacktestStatus::Done => Standing::Done,
            BacktestStatus::Cancelled => Standing::Cancelled,
            BacktestStatus::Failed => Standing::Failed,
        },
        started_at: rfc3339(of.started_at),
        ended_at: of.ended_at.map(rfc3339),
        sums: of.result.as_ref().map(sums),
    }
}

fn days(of: &Tally) -> Vec<DayRow> {
    let date = |day: i64| DateTime::from_timestamp(day.saturating_mul(86_400), 0).unwrap_or_default().date_naive().to_string();
    of.days.iter().map(|(day, of)| DayRow { day: date(*day), judged: of.judged, matched: of.matched, recorded: of.recorded }).collect()
}

fn named_row(of: &NamedTransaction, draft: &Rule, style: Style) -> NamedRow {
    let texts = of.evaluation.texts(draft, style).into_iter().map(|because| because.text);
    let (decisive, others): (Vec<_>, Vec<_>) = of.evaluation.because.iter().map(|line| line.decisive).zip(texts).partition(|(decisive, _)| *decisive);
    let only = |lines: Vec<(bool, String)>| lines.into_iter().map(|(_, text)| text).collect();
    NamedRow {
        r#ref: of.transaction.to_string(),
        transaction_id: mask::reference(&of.transaction_id),
        created_at: rfc3339(of.created_at),
        matched: of.matched,
        recorded: of.recorded,
        decisive: only(decisive),
        others: only(others),
    }
}
