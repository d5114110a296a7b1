//! Creating a session: a random id, a data key of its own, the newest version of its flow pinned.

use shared::{
    ids::SessionId,
    language::Language,
    session::{SessionState, Timestamp},
};

use super::SessionError;
use crate::{
    app::App,
    dossiers::{self, CustomerReference},
    flows,
    model::Session,
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
    create_prepared(app, prepare(app, new).await?, actor).await
}

/// Creates a session that may be created, and commits it.
///
/// # Errors
/// Where the store does not answer; nothing was created then.
pub(crate) async fn create_prepared(app: &App, prepared: Prepared, actor: &str) -> Result<Created, SessionError> {
    let mut tx = app.store.write().await?;
    let created = create_in(app, &mut tx, prepared, actor).await?;
    tx.commit().await?;
    Ok(created)
}

/// A session that may be created: its flow is there, and lists the return URL.
pub(crate) struct Prepared {
    new: NewSession,
    flow: std::sync::Arc<flows::Flow>,
}

/// Checks what is asked for against its flow.
///
/// # Errors
/// Where there is no such flow, or it does not list the return URL.
pub(crate) async fn prepare(app: &App, new: NewSession) -> Result<Prepared, SessionError> {
    let (flow, _) = flows::newest(app, &new.flow).await?;
    if let Some(url) = new.return_url.as_ref().filter(|url| !flow.definition.return_urls().contains(url)) {
        let listed = flow.definition.return_urls().join(", ");
        let allowed = if listed.is_empty() { "none".to_owned() } else { listed };
        return Err(SessionError::ReturnUrl { url: url.clone(), allowed });
    }
    Ok(Prepared { new, flow })
}

/// Creates a session in the caller's transaction.
pub(crate) async fn create_in(app: &App, tx: &mut store::Tx, Prepared { new, flow }: Prepared, actor: &str) -> Result<Created, SessionError> {
    let now = app.ambient.now();
    // A whole second, since that is how it is told to everyone.
    let whole_second = Timestamp((now.0 + 999_999) / 1_000_000 * 1_000_000);
    let expires_at = whole_second.plus_seconds(new.ttl_seconds.unwrap_or_else(|| flow.definition.timeout_seconds()));
    let id = SessionId::from_random(app.ambient.random());
    let r#ref = app.ambient.uuid();
    let row = r#ref.to_string();
    let (key, data_key) = app.vault.new_data_key("sessions", &row);
    let id_sealed = app.vault.seal(&key, Place { table: "sessions", column: "id_sealed", row: &row, key_of: &row }, id.expose().as_bytes());

    let customer = match &new.customer {
        Some(reference) => Some(dossiers::find_or_make(app, tx, reference).await?.id),
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
        touched_at: now,
        submitted_at: None,
    };
    store::sessions::insert(tx, &session, &id).await?;
    tx.audit(app.ambient.uuid(), now, actor, "session.created", &row).await?;
    let url = format!("{}/verify/{}", app.public_url, id.expose());
    Ok(Created { id, url, session })
}
