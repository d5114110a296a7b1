//! Shows a transaction, as `POST /transactions` and `GET /transactions/{transactionId}` answer it.

use std::sync::Arc;

use serde::Serialize;
use shared::rule::{Hit, MatchedRule, StoredMatch, TransactionStatus, is_id, stored_matches};

use super::{indexes, keys};
use crate::{
    actor::{Act, Actor},
    clock::rfc3339,
    customers,
    failure::Failure,
    ids::TransactionRef,
    kit::Kit,
    model::{Customer, Details, Entry, RuleVersion, Session, Stored},
    rules,
    sessions::keys as session_keys,
    store::{self, Db},
    vault::{Key, Unsealable},
};

/// A transaction as the API answers it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    transaction_id: String,
    status: &'static str,
    risk_score: u8,
    decided_by: Option<String>,
    matched_rules: Vec<MatchedRule>,
    test_rules: Vec<MatchedRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<ShownSession>,
    #[serde(flatten)]
    rest: Option<Rest>,
}

/// The session that a held transaction waits for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownSession {
    session_id: String,
    url: String,
    expires_at: String,
}

/// What only `GET` answers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rest {
    customer_id: String,
    amount: i64,
    currency: String,
    origin: &'static str,
    occurred_at: String,
    created_at: String,
    settled_at: Option<String>,
    history: Vec<ShownEntry>,
}

#[derive(Debug, Serialize)]
struct ShownEntry {
    status: &'static str,
    at: String,
    by: &'static str,
    reason: &'static str,
}

impl Shown {
    /// Its JSON.
    pub fn json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts and numbers serialise")
    }
}

/// Why a transaction is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ShowError {
    /// There is none with this id.
    #[error("there is no such transaction")]
    NotFound,
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(ShowError);

/// The transaction with this id of the company's, for a program that reads it. Writes an audit row.
///
/// # Errors
/// [`ShowError::NotFound`]
pub async fn read(kit: &Kit, id: &str, by: Actor) -> Result<Shown, ShowError> {
    if !is_id(id) {
        return Err(ShowError::NotFound);
    }
    let index = indexes::transaction_id(kit, id);
    let found = store::transactions::by_index(&mut *kit.store.read().await?, &kit.vault, &index).await?.ok_or(ShowError::NotFound)?;
    kit.audit_read(by, Act::TransactionRead(found.r#ref)).await?;
    let mut db = kit.store.read().await?;
    let mut shown = answer(kit, &mut db, &found).await?;
    let customer = customers::reference_of(kit, &mut db, Some(found.customer)).await?.ok_or(Unsealable)?;
    shown.rest = Some(Rest {
        customer_id: customer,
        amount: found.amount,
        currency: found.currency.to_string(),
        origin: found.origin.as_str(),
        occurred_at: rfc3339(found.occurred_at),
        created_at: rfc3339(found.created_at),
        settled_at: found.state.settled_at.map(rfc3339),
        history: found.state.history.iter().map(shown_entry).collect(),
    });
    Ok(shown)
}

/// The transaction with this id of the company's.
///
/// # Errors
/// If the store does not answer.
pub async fn find(kit: &Kit, id: &str) -> Result<Option<TransactionRef>, Failure> {
    if !is_id(id) {
        return Ok(None);
    }
    let found = store::transactions::by_index(&mut *kit.store.read().await?, &kit.vault, &indexes::transaction_id(kit, id)).await?;
    Ok(found.map(|found| found.r#ref))
}

/// What is sealed of a transaction, and its customer's key.
///
/// # Errors
/// If it cannot be decrypted.
pub fn details(kit: &Kit, customer: &Customer, of: &Stored) -> Result<(Details, Key), Failure> {
    let key = keys::customer_key(kit, customer)?;
    Ok((keys::details(&key, of)?, key))
}

/// A rule that matched a transaction: the version that was used, and what was stored.
pub struct Matched {
    /// The version.
    pub version: Arc<RuleVersion>,
    /// The match.
    pub stored: StoredMatch,
}

/// The rules that matched a transaction, as they decide; then those in TEST.
///
/// # Errors
/// If the store does not answer, or something of it is damaged.
pub async fn matched(kit: &Kit, db: &mut Db, of: &Stored, details: &Details) -> Result<Vec<Matched>, Failure> {
    let damaged = || Failure::Store(store::transactions::damaged(of.r#ref).into());
    let mut all = Vec::new();
    for stored in details.matches.as_deref().map_or(Some(Vec::new()), stored_matches).ok_or_else(damaged)? {
        let version = rules::version(kit, db, &stored.0, stored.1).await?.ok_or_else(damaged)?;
        stored.recall(&version.rule).ok_or_else(damaged)?;
        all.push(Matched { version, stored });
    }
    Ok(all)
}

impl Matched {
    /// The match, judged again under its version.
    pub fn hit(&self) -> Option<Hit<'_>> {
        self.stored.recall(&self.version.rule)
    }
}

fn shown_entry(entry: &Entry) -> ShownEntry {
    ShownEntry { status: entry.status.as_str(), at: rfc3339(entry.at), by: entry.by.as_str(), reason: entry.reason.as_str() }
}

/// A stored transaction as it stands now, as `POST` answers it.
///
/// # Errors
/// If the store does not answer, or something of it is damaged.
pub async fn answer(kit: &Kit, db: &mut Db, of: &Stored) -> Result<Shown, Failure> {
    let customer = store::customers::by_id(db, of.customer).await?.ok_or(Unsealable)?;
    let (details, _) = details(kit, &customer, of)?;
    let (mut matching, mut tests) = (Vec::new(), Vec::new());
    for one in matched(kit, db, of, &details).await? {
        let answer = one.hit().map(|hit| hit.answer());
        if one.stored.is_test() { tests.extend(answer) } else { matching.extend(answer) }
    }
    let session = match of.state.session {
        Some(session) if of.state.status == TransactionStatus::AwaitingUser => store::sessions::by_ref(db, session).await?,
        _ => None,
    };
    rendered(kit, of, details.transaction_id, (matching, tests), session.as_ref())
}

/// A transaction that was just decided.
///
/// # Errors
/// If the session's id cannot be decrypted.
pub fn decided(kit: &Kit, of: &Stored, transaction_id: &str, hits: (&[Hit<'_>], &[Hit<'_>]), session: Option<&Session>) -> Result<Shown, Failure> {
    let answers = |hits: &[Hit<'_>]| hits.iter().map(Hit::answer).collect();
    rendered(kit, of, transaction_id.to_owned(), (answers(hits.0), answers(hits.1)), session)
}

fn rendered(
    kit: &Kit,
    of: &Stored,
    transaction_id: String,
    (matched_rules, test_rules): (Vec<MatchedRule>, Vec<MatchedRule>),
    session: Option<&Session>,
) -> Result<Shown, Failure> {
    let session = session.map(|session| shown_session(kit, session)).transpose()?;
    Ok(Shown {
        transaction_id,
        status: of.state.status.as_str(),
        risk_score: of.risk_score,
        decided_by: of.decided_by.clone(),
        matched_rules,
        test_rules,
        session,
        rest: None,
    })
}

fn shown_session(kit: &Kit, session: &Session) -> Result<ShownSession, Failure> {
    let id = session_keys::session_id(session, &session_keys::session_key(kit, session)?)?;
    let url = format!("{}/verify/{}", kit.public_url, id.expose());
    Ok(ShownSession { session_id: id.expose().to_owned(), url, expires_at: rfc3339(session.expires_at) })
}
