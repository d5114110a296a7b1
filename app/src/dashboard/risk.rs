//! The risk score and its checks: the result of each check, and each reason in words beside its code.

use std::collections::BTreeSet;

use leptos::prelude::*;
use shared::{catalogue::Evidence, language::Language, risk::CheckResult, session::Status};

use super::{
    findings::{Finding, FindingView},
    parts::{Nothing, ResultPill, Score, Table, decimal, short},
};
use crate::words::{dashboard::words, fill, reasons};

/// The highest score.
const MOST: u8 = 100;

/// A score, and what each reason adds to it.
#[derive(Clone, Debug)]
pub struct Risk {
    /// 0 to 100.
    pub score: u8,
    /// The scores at which REVIEW and REJECTED begin.
    pub bands: (u8, u8),
    /// Each reason, and the points it adds over those before it.
    pub reasons: Vec<(Reason, f32)>,
    /// Evidence that no check of the flow examines.
    pub unexamined: BTreeSet<Evidence>,
    /// Whether one of the reasons rejects by itself.
    pub is_decisive: bool,
}

/// A check and what it found; no result while it runs.
#[derive(Clone, Debug)]
pub struct CheckRow {
    /// Its name.
    pub name: String,
    /// Its result.
    pub result: Option<CheckResult>,
    /// Its reasons.
    pub reasons: Vec<Reason>,
}

/// A reason that a check found.
#[derive(Clone, Debug)]
pub struct Reason {
    /// Its code.
    pub code: String,
    /// The labels of the fields that it is about; none if it is about the whole session.
    pub fields: Vec<String>,
    /// The refs of other sessions in which the same was found. Named beside the check, not beside the score.
    pub sessions: Vec<String>,
    /// What was found in detail. Shown beside the check, not beside the score.
    pub findings: Vec<Finding>,
}

/// The score, what it means, and what each reason adds to it.
#[component]
pub fn RiskView(risk: Option<Risk>, checks: Vec<CheckRow>, status: Status, language: Language) -> impl IntoView {
    let words = words(language);
    let Some(Risk { score, bands, reasons, unexamined, is_decisive }) = risk else {
        let text = if status == Status::Expired { words.score_never } else { words.score_later };
        return view! { <p class="quiet">{text}</p> }.into_any();
    };
    let not_done = checks.iter().any(|check| check.result == Some(CheckResult::Error)).then_some(words.score_error);
    // A low score approves only if nothing else asks for a person.
    let why_review = not_done.into_iter().chain(words.unexamined(&unexamined)).filter(|_| score < bands.0 && !is_decisive).collect::<Vec<_>>();
    let (meaning, scores) = match score {
        _ if is_decisive => (words.score_decisive, String::new()),
        score if score < bands.0 => (if why_review.is_empty() { words.score_low } else { words.score_middle }, scores(0, bands.0)),
        score if score < bands.1 => (words.score_middle, scores(bands.0, bands.1)),
        _ => (words.score_high, scores(bands.1, MOST + 1)),
    };
    let meaning = fill(meaning, &[("scores", &scores)]);
    let mut before = 0.0;
    let nothing = reasons.is_empty();
    let reasons = reasons.into_iter().map(|(reason, points)| {
        let (from, points) = (before, f64::from(points));
        before += points;
        view! {
            <li>
                <Found reason language />
                <strong class="number">"+"{decimal(points, words)}</strong>
                <svg class="adds" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                    <rect x=format!("{from:.1}") width=format!("{points:.1}") height="1" />
                </svg>
            </li>
        }
    });
    let reasons = reasons.collect_view();
    view! {
        <div class="total">
            <Score score bands=Some(bands) words />
            <span class="quiet">{words.of_hundred}</span>
        </div>
        <p>{meaning}</p>
        {why_review.into_iter().map(|why| view! { <p>{why}</p> }).collect_view()}
        {if nothing { view! { <p class="quiet">{words.score_nothing}</p> }.into_any() } else { view! { <ul class="reasons">{reasons}</ul> }.into_any() }}
    }
    .into_any()
}

/// The scores of a band: from this one to the last before the next band.
fn scores(from: u8, next: u8) -> String {
    let last = next.saturating_sub(1);
    if from >= last { from.to_string() } else { format!("{from}–{last}") }
}

/// A reason in words, the fields that it is about, and its code.
#[component]
fn Found(reason: Reason, language: Language) -> impl IntoView {
    let Reason { code, fields, sessions, findings } = reason;
    let meaning = reasons::reason(language, &code);
    let fields = (!fields.is_empty()).then(|| view! { <bdi>{fields.join(", ")}</bdi> ": " });
    let link = |session: String| view! { " "<a class="mono" href=format!("/dashboard/sessions/{session}")>{short(&session)}</a> };
    let sessions =
        (!sessions.is_empty()).then(|| view! { <span class="quiet">" · "{words(language).sessions}":"</span>{sessions.into_iter().map(link).collect_view()} });
    let findings = findings.into_iter().map(|finding| view! { <FindingView finding language /> }).collect_view();
    view! {
        <span>{fields}{meaning.map(|meaning| view! { {meaning} " " })}<span class="mono quiet">{code}</span>{sessions}</span>
        {findings}
    }
}

/// Each check with its result and its reasons.
#[component]
pub fn Checks(checks: Vec<CheckRow>, status: Status, language: Language) -> impl IntoView {
    let words = words(language);
    if checks.is_empty() {
        let why = match status {
            Status::Pending | Status::Processing => words.no_checks,
            Status::Completed => words.no_checks_of_flow,
            Status::Expired => words.no_checks_ran,
        };
        return view! { <p class="body quiet">{why}</p> }.into_any();
    }
    let rows = checks.into_iter().map(|check| {
        let found = check.reasons.into_iter().map(|reason| view! { <li><Found reason language /></li> }).collect::<Vec<_>>();
        let name = reasons::check(language, &check.name).map_or(check.name, str::to_owned);
        let found = if found.is_empty() { view! { <Nothing words /> }.into_any() } else { view! { <ul>{found}</ul> }.into_any() };
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td data-head=words.result><ResultPill result=check.result words /></td>
                <td class="wide" data-head=words.found>{found}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Table name=words.checks heads=vec![words.check, words.result, words.found]>{rows}</Table> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_reads_from_its_first_score_to_its_last() {
        for (from, next, text) in [(0, 25, "0–24"), (25, 70, "25–69"), (70, 101, "70–100"), (0, 1, "0"), (100, 101, "100")] {
            assert_eq!(scores(from, next), text);
        }
    }
}
