//! The decision on a transaction that waits for a person, and the form for it.

use leptos::prelude::*;
use shared::{language::Language, rule::TransactionStatus};

use super::{
    form::{Choices, REVEALED, Refused, TextField},
    parts::{Card, Time},
    transactions::TransactionPill,
};
use crate::words::dashboard::{transaction_words, words};

/// A decision by an operator.
#[derive(Clone, Debug)]
pub struct TransactionReview {
    /// When.
    pub at: String,
    /// The operator's e-mail.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// The id of the form. The button that reveals sends along what was typed into it.
pub const DECISION: &str = "deciding";

/// What was decided; or the form, if the transaction waits for a person and the operator may decide.
#[component]
pub fn TransactionDecision(
    status: TransactionStatus,
    review: Option<TransactionReview>,
    may: bool,
    /// It waits for a session that waits for a review.
    with_session: bool,
    page: String,
    /// The token of a page that is revealed: a refused form shows it revealed again.
    revealed: Option<String>,
    refused: Refused,
    language: Language,
) -> impl IntoView {
    let (words, common) = (transaction_words(language), words(language));
    let shown = match (review, status) {
        (Some(review), _) => view! {
            <p class="row">
                <TransactionPill status words />
                <span class="quiet"><bdi>{review.by}</bdi>" · "<Time at=review.at /></span>
            </p>
            <p class="said" dir="auto">{review.reason}</p>
        }
        .into_any(),
        (None, TransactionStatus::Review) if may => {
            let choices = [(TransactionStatus::Approved, words.approve), (TransactionStatus::Blocked, words.block)];
            let choices = choices.map(|(status, label)| (status.as_str(), label, "")).to_vec();
            view! {
                {with_session.then(|| view! { <p>{words.session_decides}</p> })}
                <form class="form" id=DECISION method="post" action=format!("{page}/decision") novalidate>
                    {revealed.map(|token| view! { <input type="hidden" name=REVEALED value=token /> })}
                    <Choices name="decision" label=common.new_decision kind="radio" choices refused=refused.clone() language />
                    <TextField name="reason" label=common.reason hint=common.reason_hint long=true required=true refused=refused.clone() language />
                    <p class="quiet">{words.final_text}</p>
                    <div class="row">
                        <button class="button primary">{common.decide}</button>
                        <button class="button" name="then" value="next">{words.decide_next}</button>
                    </div>
                </form>
            }
            .into_any()
        }
        (None, TransactionStatus::Review) => view! { <p class="quiet">{words.for_reviewers}</p> }.into_any(),
        (None, TransactionStatus::AwaitingUser) => view! { <p>{words.session_waits}</p> }.into_any(),
        (None, TransactionStatus::Approved | TransactionStatus::Blocked) => view! { <p class="quiet">{words.nothing_to_decide}</p> }.into_any(),
    };
    view! { <Card title=common.decision>{shown}</Card> }
}
