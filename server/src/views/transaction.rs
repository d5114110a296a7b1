//! Reads everything about one transaction.

use std::collections::BTreeMap;

use app::{
    dashboard::{
        explained::{MatchedRule, Saw},
        transaction::{Became, Sealed, SessionSide, TransactionDetail},
        transaction_decision::TransactionReview,
    },
    words::dashboard::WhyStatus,
};
use shared::{
    risk::{self, Decision},
    rule::{Country, Style, TransactionStatus},
    session::SessionState,
};

use super::{
    Result, ViewError, Views, line, mask,
    people::{Actors, Customers, Endpoints},
    rows::delivery_row,
    unless_damaged,
};
use crate::{
    actor::Actor,
    clock::rfc3339,
    customers,
    ids::{SessionRef, TransactionRef},
    model::{Customer, Details, Origin, Reason, Stored},
    store::{self, transaction_lists},
    transactions::{review, show, show::Matched},
    vault::Unsealable,
};

/// The most deliveries of its page.
const SHOWN: i64 = 1_000;

impl Views<'_> {
    /// Everything about one transaction. What is sealed is masked, unless the page has the token of a reveal, which wrote an audit row.
    ///
    /// # Errors
    /// [`ViewError::NotFound`]
    pub async fn transaction(self, r#ref: TransactionRef, revealed: Option<String>) -> Result<TransactionDetail> {
        let mut db = self.kit.store.read().await?;
        let stored = store::transactions::by_ref(&mut db, &self.kit.vault, r#ref).await?.ok_or(ViewError::NotFound)?;
        let customer = store::customers::by_id(&mut db, stored.customer).await?.ok_or(Unsealable)?;
        let (details, key) = show::details(self.kit, &customer, &stored)?;
        let mut damaged = Vec::new();
        let matched = unless_damaged(show::matched(self.kit, &mut db, &stored, &details).await)?;
        if matched.is_none() {
            damaged.push("rules".to_owned());
        }
        let decided = store::transactions::review(&mut db, r#ref).await?;
        let actors = Actors::of(self.kit, &mut db, decided.iter().map(|(operator, ..)| Actor::Operator(*operator))).await?;
        let deliveries = store::outbox::deliveries_of(&mut db, r#ref, SHOWN).await?;
        let endpoints = Endpoints::of(self.kit, &mut db, deliveries.iter().flatten().map(|delivery| delivery.endpoint)).await?;
        let next = transaction_lists::next(&mut db, r#ref).await?;
        drop(db);
        let mut reviewed = None;
        if let Some((operator, reason, at)) = decided {
            let reason = unless_damaged(review::reason(&stored, &key, &reason))?;
            if reason.is_none() {
                damaged.push("review".to_owned());
            }
            reviewed = Some(TransactionReview { at: rfc3339(at), by: actors.email(operator), reason: reason.unwrap_or_default() });
        }
        let session = match stored.state.session {
            Some(session) => Some(self.session_side(&stored, session).await?),
            None => None,
        };
        let by = reviewed.as_ref().map(|review| review.by.clone()).unwrap_or_default();
        let style = if revealed.is_some() { Style::Page(self.language) } else { Style::Masked(self.language) };
        let (tests, matched): (Vec<Matched>, Vec<Matched>) = matched.unwrap_or_default().into_iter().partition(|one| one.stored.is_test());
        let customers = Customers::of(self, std::iter::once(stored.customer)).await?;
        let mut row = self.transaction_row(&stored, &details.transaction_id, &customers);
        if revealed.is_some() {
            row.id.clone_from(&details.transaction_id);
        }
        Ok(TransactionDetail {
            row,
            was_judged: stored.origin == Origin::Api,
            matched: self.explained(&matched, &stored, style),
            tests: self.explained(&tests, &stored, style),
            channel: stored.channel.clone(),
            country: stored.country.as_ref().map(Country::to_string),
            counterparty_country: stored.counterparty_country.as_ref().map(Country::to_string),
            settled_at: stored.state.settled_at.map(rfc3339),
            sealed: self.sealed(&customer, details, revealed.is_some())?,
            revealed,
            session,
            on_expired: stored.on_expired,
            history: stored.state.history.iter().map(|entry| Became { status: entry.status, at: rfc3339(entry.at), why: why(entry.reason, &by) }).collect(),
            review: reviewed,
            deliveries: deliveries.into_iter().rev().map(|delivery| delivery.map(|delivery| delivery_row(delivery, &endpoints)).map_err(line)).collect(),
            next: next.map(|next| next.to_string()),
            damaged,
        })
    }

    /// The rules that matched: each as its sentence, with what its conditions saw.
    fn explained(self, matched: &[Matched], of: &Stored, style: Style) -> Vec<MatchedRule> {
        let weights: risk::Weights = matched.iter().map(|one| (one.version.rule.name.clone(), one.version.rule.weight())).collect();
        let points = risk::contributions(&weights.keys().cloned().collect(), &weights);
        let points: BTreeMap<String, f32> = points.into_iter().map(|(name, _, points)| (name, points)).collect();
        let explained = matched.iter().filter_map(|one| {
            let (hit, rule) = (one.hit()?, &one.version.rule);
            let texts = hit.evaluation.texts(rule, style);
            let saw = texts.into_iter().zip(&hit.evaluation.because).map(|(because, line)| {
                let is_opposite = line.path.split('.').filter(|step| *step == "not").count() % 2 == 1;
                Saw { text: because.text, speaks_for: line.held != is_opposite, decisive: line.decisive }
            });
            Some(MatchedRule {
                title: rule.title(self.language).to_owned(),
                version: one.version.version,
                sentence: rule.sentence(self.language),
                saw: saw.collect(),
                points: points.get(&rule.name).copied().unwrap_or_default(),
                decided: !one.stored.is_test() && of.decided_by.as_ref() == Some(&rule.name),
                passed_over: hit.passed_over,
                name: rule.name.clone(),
            })
        });
        explained.collect()
    }

    fn sealed(self, customer: &Customer, details: Details, revealed: bool) -> Result<Sealed> {
        let shown = |masked: fn(&str) -> String| move |text: String| if revealed { text } else { masked(&text) };
        let metadata = details.metadata.as_ref().and_then(serde_json::Value::as_object).into_iter().flatten();
        let said = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Ok(Sealed {
            customer: unless_damaged(customers::reference(self.kit, customer))?.map(shown(mask::reference)),
            counterparty_id: details.counterparty_id.map(shown(mask::id)),
            counterparty_name: details.counterparty_name.map(shown(mask::name)),
            device: details.device_id.map(shown(mask::id)),
            ip: details.ip.map(shown(mask::hidden)),
            metadata: metadata.map(|(key, value)| (key.clone(), shown(mask::hidden)(said(value)))).collect(),
        })
    }

    async fn session_side(self, of: &Stored, session_ref: SessionRef) -> Result<SessionSide> {
        let (session, newest) = {
            let mut db = self.kit.store.read().await?;
            (self.load(&mut db, session_ref).await?, store::reviews::of_session(&mut db, session_ref, 1).await?.into_iter().next())
        };
        let customers = Customers::of(self, session.customer.into_iter()).await?;
        let decision = match &session.state {
            SessionState::Completed { outcome, .. } => Some(outcome.decision),
            _ => None,
        };
        let is_later = newest.and_then(Result::ok).is_some_and(|review| of.state.settled_at.is_some_and(|settled| review.at > settled));
        Ok(SessionSide {
            row: self.session_row(&session, &customers).await?,
            expires_at: rfc3339(session.expires_at),
            decided_otherwise: decision.filter(|decision| is_later && status_of(*decision) != of.state.status),
            others: self.held_for(session_ref, Some(of.r#ref)).await?,
        })
    }
}

/// What a decision on the session makes of a transaction that waits for it.
const fn status_of(decision: Decision) -> TransactionStatus {
    match decision {
        Decision::Approved => TransactionStatus::Approved,
        Decision::Review => TransactionStatus::Review,
        Decision::Rejected => TransactionStatus::Blocked,
    }
}

fn why(reason: Reason, operator: &str) -> WhyStatus {
    match reason {
        Reason::Rule => WhyStatus::Rule,
        Reason::SessionApproved => WhyStatus::SessionApproved,
        Reason::SessionRejected => WhyStatus::SessionRejected,
        Reason::SessionReview => WhyStatus::SessionReview,
        Reason::SessionExpired => WhyStatus::SessionExpired,
        Reason::Operator => WhyStatus::Operator(operator.to_owned()),
        Reason::StepUpLimit => WhyStatus::StepUpLimit,
        Reason::ReturnUrl => WhyStatus::ReturnUrl,
        Reason::Import => WhyStatus::Import,
    }
}
