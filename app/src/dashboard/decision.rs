//! The decision of the score or of an operator, and the form for another decision.

use leptos::prelude::*;
use shared::{language::Language, risk::Decision, session::Status};

use super::{
    form::{Choices, REVEALED, Refused, TextField},
    parts::{Card, DecisionPill, Time},
};
use crate::words::dashboard::words;

/// A decision by an operator.
#[derive(Clone, Debug)]
pub struct Review {
    /// Its number among the session's decisions, from 1.
    pub number: i64,
    /// When.
    pub at: String,
    /// The operator's e-mail.
    pub by: String,
    /// What they decided.
    pub decision: Decision,
    /// Why.
    pub reason: String,
}

/// The id of the form. Other buttons of the page send along what was typed into it.
pub const DECISION: &str = "deciding";

/// The decision with its history; and the form, if the session is COMPLETED and the operator may decide.
#[component]
pub fn DecisionCard(
    status: Status,
    decision: Option<Decision>,
    reviews: Vec<Review>,
    may: bool,
    page: String,
    /// The token of a page that is revealed: a refused form shows it revealed again.
    revealed: Option<String>,
    refused: Refused,
    language: Language,
) -> impl IntoView {
    let words = words(language);
    let by_score = reviews.is_empty();
    let after = reviews.first().map_or(0, |review| review.number).to_string();
    let history = reviews.into_iter().map(|review| {
        view! {
            <li>
                <p class="row">
                    <DecisionPill decision=review.decision words />
                    <span class="quiet"><bdi>{review.by}</bdi>" · "<Time at=review.at /></span>
                </p>
                <p class="said" dir="auto">{review.reason}</p>
            </li>
        }
    });
    let taken = match decision {
        None if status == Status::Expired => view! { <p class="quiet">{words.no_decision_expired}</p> }.into_any(),
        None => view! { <p class="quiet">{words.no_decision}</p> }.into_any(),
        Some(decision) if by_score => view! { <p class="row"><DecisionPill decision words /><span class="quiet">{words.by_score}</span></p> }.into_any(),
        Some(_) => view! { <ol class="lines">{history.collect_view()}</ol> }.into_any(),
    };
    let form = (may && status == Status::Completed).then(|| {
        let choices = [(Decision::Approved, words.approve), (Decision::Rejected, words.reject), (Decision::Review, words.review)];
        let choices = choices.map(|(decision, label)| (decision.as_str(), label, "")).to_vec();
        view! {
            <form class="form" id=DECISION method="post" action=format!("{page}/decision") novalidate>
                <input type="hidden" name="after" value=after />
                {revealed.map(|token| view! { <input type="hidden" name=REVEALED value=token /> })}
                <Choices name="decision" label=words.new_decision kind="radio" choices refused=refused.clone() language />
                <TextField name="reason" label=words.reason hint=words.reason_hint long=true required=true refused=refused.clone() language />
                <button class="button primary">{words.decide}</button>
            </form>
        }
    });
    view! { <Card title=words.decision>{taken}{form}</Card> }
}
