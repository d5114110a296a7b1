//! Creates a session: with a random id, a new data key, and the newest version of its flow, which never changes afterwards.

use shared::{
    ids::SessionId,
    language::Language,
    return_url,
    session::{SessionState, Timestamp},
};

use crate::{
    actor::{Act, Actor, Entry},
    customers::{self, CustomerReference},
    failure::Failure,
    flows::{self, FlowError},
    ids::SessionRef,
    kit::Kit,
    model::{Flow, Session},
    sealed,
    store::{self, Db, StoreError, Tx},
};

/// Why no session was created.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// There is no such flow.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// The flow does not list this return URL.
    #[error("the flow lists no return URL \"{url}\"; allowed are: {allowed}")]
    ReturnUrl {
        /// The return URL of the request.
        url: String,
        /// The return URLs that the flow lists, separated by commas.
        allowed: String,
    },
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(CreateError);

/// What a caller asks for.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The flow's name.
    pub flow: String,
    /// The company's reference for the customer.
    pub customer: Option<CustomerReference>,
    /// Seconds it stays open, instead of the flow's timeout.
    pub ttl_seconds: Option<i64>,
    /// The customer's language, if the company knows it.
    pub locale: Option<Language>,
    /// Where the customer goes when the session is over: one of the flow's return URLs.
    pub return_url: Option<String>,
}

/// A session that was just created.
pub struct Created {
    /// The id. Anyone who has it can open the session.
    pub id: SessionId,
    /// The link for the customer.
    pub url: String,
    /// The session.
    pub session: Session,
}

/// Creates a session and commits it.
///
/// # Errors
/// If there is no such flow, or the store does not answer; then nothing was created.
pub async fn create(kit: &Kit, new: NewSession, actor: Actor) -> Result<Created, CreateError> {
    Ok(create_prepared(kit, prepare(kit, new).await?, actor).await?)
}

/// Creates a session whose request [`prepare`] has checked, and commits it.
///
/// # Errors
/// If the store does not answer; then nothing was created.
pub async fn create_prepared(kit: &Kit, prepared: Prepared, actor: Actor) -> Result<Created, StoreError> {
    let mut tx = kit.store.write().await?;
    let created = create_in(kit, &mut tx, prepared, actor).await?;
    tx.commit().await?;
    Ok(created)
}

/// A request that [`prepare`] has checked: its flow exists and lists its return URL.
pub struct Prepared {
    new: NewSession,
    flow: std::sync::Arc<Flow>,
}

/// Checks a request against its flow.
///
/// # Errors
/// If there is no such flow, or it does not list the return URL.
pub async fn prepare(kit: &Kit, new: NewSession) -> Result<Prepared, CreateError> {
    prepare_in(kit, &mut *kit.store.read().await?, new).await
}

/// The same, on the caller's connection.
///
/// # Errors
/// As [`prepare`].
pub async fn prepare_in(kit: &Kit, db: &mut Db, new: NewSession) -> Result<Prepared, CreateError> {
    let flow = flows::newest_in(kit, db, &new.flow).await?;
    // A flow that an earlier build imported may list what no import takes any more.
    let listed: Vec<&str> = flow.definition.return_urls().iter().map(String::as_str).filter(|url| return_url::is_allowed(url)).collect();
    if let Some(url) = new.return_url.as_ref().filter(|url| !listed.contains(&url.as_str())) {
        let listed = listed.join(", ");
        let allowed = if listed.is_empty() { "none".to_owned() } else { listed };
        return Err(CreateError::ReturnUrl { url: url.clone(), allowed });
    }
    Ok(Prepared { new, flow })
}

/// Creates a session in the caller's transaction.
pub async fn create_in(kit: &Kit, tx: &mut Tx, Prepared { new, flow }: Prepared, actor: Actor) -> Result<Created, StoreError> {
    let now = kit.ambient.now();
    // Rounded up to a whole second, because the API and the pages show whole seconds.
    let whole_second = Timestamp((now.0 + 999_999) / 1_000_000 * 1_000_000);
    let expires_at = whole_second.plus_seconds(new.ttl_seconds.unwrap_or_else(|| flow.definition.timeout_seconds()));
    let id = SessionId::from_random(kit.ambient.random());
    let r#ref: SessionRef = kit.ambient.id();
    let (key, data_key) = kit.vault.new_data_key(&sealed::session_key(r#ref));
    let id_sealed = kit.vault.seal(&key, &sealed::session_id(r#ref), id.expose().as_bytes());

    let customer = match &new.customer {
        Some(reference) => Some(customers::find_or_create(kit, tx, reference).await?.id),
        None => None,
    };
    let session = Session {
        r#ref,
        id_sealed,
        data_key,
        flow: flow.id,
        customer,
        locale: new.locale,
        state: SessionState::Pending { expires_at },
        created_at: now,
        expires_at,
        touched_at: now,
        submitted_at: None,
    };
    store::sessions::insert(tx, &kit.vault, &session, &id, new.return_url.as_deref()).await?;
    tx.audit(Entry::new(&kit.ambient, now, actor, Act::SessionCreated(r#ref))).await?;
    let url = format!("{}/verify/{}", kit.public_url, id.expose());
    Ok(Created { id, url, session })
}
