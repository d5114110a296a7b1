//! Creating a session: a random id, a data key of its own, the newest version of its flow pinned.

use shared::{
    ids::SessionId,
    language::Language,
    session::{SessionState, Timestamp},
};

use super::SessionError;
use crate::{
    app::App,
    flows,
    model::{Customer, Session},
    store,
    vault::Place,
};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The flow's name.
    pub flow: String,
    /// The company's own reference of the customer.
    pub customer: Option<CustomerReference>,
    /// Seconds it stays open, instead of the flow's timeout.
    pub ttl_seconds: Option<i64>,
    /// The language, where the company knows it.
    pub locale: Option<Language>,
    /// Where the customer goes once it is over: one of the flow's own return URLs.
    pub return_url: Option<String>,
}

/// A company's own reference of a customer: 1 to 128 of `A-Za-z0-9_.:-`. It may be a CPF, so `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct CustomerReference(String);

impl std::str::FromStr for CustomerReference {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let fits = !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:-".contains(&b));
        if fits { Ok(Self(text.to_owned())) } else { Err("a customer reference has 1 to 128 of A-Za-z0-9_.:-".to_owned()) }
    }
}

impl std::fmt::Debug for CustomerReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CustomerReference(…)")
    }
}

/// A session that was just created.
pub struct Created {
    /// The id: whoever has it may open the session.
    pub id: SessionId,
    /// The hosted link.
    pub url: String,
    /// The session.
    pub session: Session,
}

/// Creates a session and commits it.
///
/// # Errors
/// Where there is no such flow, or the store does not answer; nothing was created then.
pub async fn create(app: &App, new: NewSession, actor: &str) -> Result<Created, SessionError> {
    let (flow, _) = flows::newest(app, &new.flow).await?;
    if let Some(url) = new.return_url.as_ref().filter(|url| !flow.definition.return_urls().contains(url)) {
        return Err(SessionError::ReturnUrl { url: url.clone(), allowed: flow.definition.return_urls().join(", ") });
    }
    let now = app.ambient.now();
    // A whole second, since that is how it is told to everyone.
    let whole_second = Timestamp((now.0 + 999_999) / 1_000_000 * 1_000_000);
    let expires_at = whole_second.plus_seconds(new.ttl_seconds.unwrap_or_else(|| flow.definition.timeout_seconds()));
    let id = SessionId::from_random(app.ambient.random());
    let r#ref = app.ambient.uuid();
    let row = r#ref.to_string();
    let (key, data_key) = app.vault.new_data_key("sessions", &row);
    let id_sealed = app.vault.seal(&key, Place { table: "sessions", column: "id_sealed", row: &row, key_of: &row }, id.expose().as_bytes());

    let mut tx = app.store.write().await?;
    let customer = match &new.customer {
        Some(reference) => Some(find_or_make(app, &mut tx, reference).await?.id),
        None => None,
    };
    let session = Session {
        r#ref,
        id_sealed,
        data_key,
        flow: flow.id,
        customer,
        locale: new.locale,
        return_url: new.return_url,
        state: SessionState::Pending { expires_at },
        created_at: now,
        expires_at,
    };
    store::sessions::insert(&mut tx, &session, &id).await?;
    tx.audit(app.ambient.uuid(), now, actor, "session.created", &row).await?;
    tx.commit().await?;
    let url = format!("{}/verify/{}", app.public_url, id.expose());
    Ok(Created { id, url, session })
}

async fn find_or_make(app: &App, tx: &mut store::Tx, reference: &CustomerReference) -> Result<Customer, SessionError> {
    let id = app.ambient.uuid();
    let row = id.to_string();
    let (key, data_key) = app.vault.new_data_key("customers", &row);
    let sealed = app.vault.seal(&key, Place { table: "customers", column: "reference", row: &row, key_of: &row }, reference.0.as_bytes());
    let index = app.vault.index("customers.reference", &reference.0);
    Ok(store::customers::find_or_insert(tx, &index, &Customer { id, reference: sealed, data_key }, app.ambient.now()).await?)
}
