//! Links and sessions: lists, searches, and everything about one.

use app::dashboard::data::{CheckRow, ConsentRow, Filter, InputStep, Link, LinkRow, Links, Moment, Review, Risk, Rows, SessionDetail, Sessions};
use fast_qr::{
    convert::{Builder as _, svg::SvgBuilder},
    qr::QRBuilder,
};
use shared::{
    flow::{FieldType, StepType},
    risk,
    session::{SessionState, Status},
};
use uuid::Uuid;

use super::{
    Desk, Result, artifact_row, delivery_row, limit, mask, next, paged,
    people::{Actors, Customers, Endpoints},
};
use crate::{
    clock::rfc3339,
    dossiers,
    flows::{self, Flow},
    model::{Check, Session},
    sessions::{Saved, SessionError, load_saved, review, show},
    store::{self, sessions::By},
    vault::Key,
    webhooks,
};

/// Rows of each kind that the page of a session shows.
const SHOWN: usize = 1_000;
/// One more, to know whether there are others.
const SHOWN_AND_ONE: i64 = 1_001;

/// The characters of a ref that pages show.
const SHORT: usize = 13;

/// What a search found.
pub enum Found {
    /// One session.
    Session(Uuid),
    /// A customer, who may have many.
    Customer(Uuid),
    /// Several, the newest in the list of those before this ref.
    Before(Uuid),
    /// Nothing.
    Nothing,
}

impl Desk<'_> {
    /// The page of links, with the sessions older than `before`.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn links(self, before: Option<Uuid>) -> Result<Links> {
        let (names, found) = {
            let mut db = self.app.store.read().await?;
            (store::flows::names(&mut db).await?, store::sessions::list(&mut db, By::All, before.unwrap_or(Uuid::max()), limit()).await?)
        };
        let mut flows = Vec::with_capacity(names.len());
        for name in names {
            let title = flows::newest(self.app, &name).await?.0.definition.title(self.language);
            flows.push((name, title));
        }
        let Rows { rows: found, older, newest } = paged("/dashboard/links", before, found, |session| session.r#ref, |session| session);
        let mut rows: Vec<LinkRow> = Vec::with_capacity(found.len());
        for session in &found {
            rows.push(self.link_row(session).await?);
        }
        Ok(Links { flows, sessions: Rows { rows, older, newest } })
    }

    /// One link; the address itself, and whom it is for, where they may be shown.
    ///
    /// # Errors
    /// [`SessionError::NotFound`]
    pub async fn link(self, r#ref: Uuid, with_address: bool, with_customer: bool) -> Result<Link> {
        let session = self.load(&mut *self.app.store.read().await?, r#ref).await?;
        let row = self.link_row(&session).await?;
        let url = if with_address && row.status == Status::Pending {
            let key = self.key(&session)?;
            let url = format!("{}/verify/{}", self.app.public_url, webhooks::session_id(&session, &key)?.expose());
            // A link is far shorter than what a QR code holds.
            let code = QRBuilder::new(url.as_str()).build().map(|code| SvgBuilder::default().margin(2).to_str(&code)).unwrap_or_default();
            Some((url, code))
        } else {
            None
        };
        let customer = session.customer.filter(|_| with_customer);
        let customer = Customers::of(self.app, customer.into_iter()).await?.shown(customer);
        Ok(Link { customer, locale: session.locale, session: row, url })
    }

    /// A page of sessions, older than `before`.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn sessions(self, mut filter: Filter, customer: Option<Uuid>, before: Option<Uuid>) -> Result<Sessions> {
        let by = match (customer, filter.status) {
            (Some(customer), _) => By::Customer(customer),
            _ if filter.review => By::Review,
            (None, Some(status)) => By::Status(status),
            (None, None) => By::All,
        };
        let asked = match by {
            By::All => String::new(),
            By::Review => "review=1".to_owned(),
            By::Status(status) => format!("status={}", status.as_str()),
            By::Customer(customer) => format!("customer={customer}"),
        };
        filter.customer = Customers::of(self.app, customer.into_iter()).await?.shown(customer);
        let mut found = store::sessions::list(&mut *self.app.store.read().await?, by, before.unwrap_or(Uuid::max()), limit()).await?;
        let address =
            |more: String| format!("/dashboard/sessions?{}", [asked.clone(), more].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&"));
        let older = next(&mut found, |session| session.r#ref).map(|last| address(format!("before={last}")));
        let newest = before.map(|_| address(String::new()));
        Ok(Sessions { filter, rows: self.session_rows(found).await?, older, newest })
    }

    /// What a session id, a ref or a customer's reference names. The text itself comes into no address.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn search(self, text: &str) -> Result<Found> {
        let text = text.trim();
        // A customer's link names the id.
        let text = text.split_once("/verify/").map_or(text, |(_, id)| id.split(['/', '?', '#']).next().unwrap_or(id));
        if let Some(found) = self.by_short(text).await? {
            return Ok(found);
        }
        Ok(match show::find(self.app, text).await? {
            Some(session) => Found::Session(session.r#ref),
            None => dossiers::find(self.app, text).await?.map_or(Found::Nothing, Found::Customer),
        })
    }

    /// What the beginning of a ref names, as pages show it: the millisecond of a session, in which there may be several.
    async fn by_short(self, text: &str) -> Result<Option<Found>> {
        let Ok(last) = format!("{text}-ffff-ffff-ffffffffffff").parse::<Uuid>() else { return Ok(None) };
        let found = store::sessions::list(&mut *self.app.store.read().await?, By::All, last, 2).await?;
        let of_it = found.iter().filter(|session| session.r#ref.to_string().starts_with(&last.to_string()[..SHORT])).count();
        Ok(match of_it {
            0 => None,
            1 => Some(Found::Session(found[0].r#ref)),
            _ => Some(Found::Before(last)),
        })
    }

    /// Everything about one session; what was entered whole where that was written down.
    ///
    /// # Errors
    /// [`SessionError::NotFound`]
    pub async fn session(self, r#ref: Uuid, revealed: bool) -> Result<SessionDetail> {
        let mut db = self.app.store.read().await?;
        let session = self.load(&mut db, r#ref).await?;
        let key = self.key(&session)?;
        let saved = load_saved(&mut db, r#ref, &key).await?;
        let checks = store::checks::of_session(&mut db, r#ref).await?;
        let consents = store::consents::of_session(&mut db, r#ref).await?;
        let artifacts = store::artifacts::of_session(&mut db, r#ref).await?;
        let mut deliveries = store::webhooks::deliveries_of_session(&mut db, r#ref, SHOWN_AND_ONE).await?;
        let mut audit = store::reviews::audit_of(&mut db, &r#ref.to_string(), SHOWN_AND_ONE).await?;
        let mut reviews = store::reviews::of_session(&mut db, r#ref, SHOWN_AND_ONE).await?;
        let cuts = [cut(&mut deliveries), cut(&mut audit), cut(&mut reviews)];
        let version = store::flows::by_id(&mut db, session.flow).await?.ok_or(SessionError::NotFound)?.version;
        let operators = audit.iter().filter_map(|row| Actors::operator(&row.actor)).chain(reviews.iter().map(|review| review.operator));
        let actors = Actors::of(self.app, &mut db, operators).await?;
        let endpoints = Endpoints::of(&mut db, deliveries.iter().map(|delivery| delivery.endpoint)).await?;
        drop(db);
        let linked: Vec<Uuid> = audit.iter().flat_map(|row| words(row.detail.as_deref())).filter_map(|word| word.parse().ok()).collect();
        let customers = Customers::of(self.app, artifacts.iter().filter_map(|artifact| artifact.customer).chain(session.customer).chain(linked)).await?;
        let named = |word: &str| word.parse().ok().and_then(|id| customers.shown(Some(id))).map_or_else(|| word.to_owned(), |(_, reference)| reference);
        let flow = flows::by_id(self.app, session.flow).await?;
        let steps = flow.definition.steps(self.language);
        let decided = reviews.iter().map(|review| {
            let reason = review::reason(&session, &key, review)?;
            Ok(Review { number: review.number, at: rfc3339(review.at), by: actors.email(review.operator), decision: review.decision, reason })
        });
        Ok(SessionDetail {
            row: self.session_row(&session, &customers).await?,
            version: (flow.definition.name.clone(), version),
            locale: session.locale,
            expires_at: rfc3339(session.expires_at),
            risk: risk_of(&session, &flow),
            checks: checks.into_iter().map(check_row).collect(),
            input: self.input(&flow, &saved, revealed),
            revealed,
            consents: consents
                .into_iter()
                .map(|consent| ConsentRow {
                    sha256: consent.text_sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
                    field: consent.field,
                    language: consent.language,
                    at: rfc3339(consent.agreed_at),
                })
                .collect(),
            artifacts: artifacts.iter().map(|artifact| artifact_row(artifact, &steps, &customers)).collect(),
            timeline: audit
                .into_iter()
                .rev()
                .map(|row| {
                    let detail = words(row.detail.as_deref()).map(named).collect::<Vec<_>>().join(" · ");
                    Moment { at: rfc3339(row.at), actor: actors.shown(&row.actor), action: row.action, detail: (!detail.is_empty()).then_some(detail) }
                })
                .collect(),
            deliveries: deliveries.into_iter().rev().map(|delivery| delivery_row(delivery, &endpoints)).collect(),
            reviews: decided.collect::<Result<_>>()?,
            cut: cuts.contains(&true).then_some(SHOWN),
        })
    }

    fn key(self, session: &Session) -> Result<Key> {
        Ok(self.app.vault.data_key("sessions", &session.r#ref.to_string(), &session.data_key)?)
    }

    /// What was entered, by step, files aside.
    fn input(self, flow: &Flow, saved: &Saved, revealed: bool) -> Vec<InputStep> {
        let shown = if revealed { mask::revealed } else { mask::answer };
        let steps = flow.definition.steps(self.language).into_iter().filter(|step| step.r#type != StepType::Review);
        let shown = steps.map(|step| InputStep {
            fields: step
                .fields
                .iter()
                .filter(|field| field.r#type != FieldType::Artifact)
                .filter_map(|field| Some((field.label.clone(), shown(field, saved.answers.get(&field.name)?))))
                .collect(),
            title: step.title,
        });
        shown.filter(|step| !step.fields.is_empty()).collect()
    }
}

/// Cuts rows, newest first, to what the page shows; whether there were more.
fn cut<T>(rows: &mut Vec<T>) -> bool {
    let more = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    more
}

/// What an audit row is about besides its subject: an artifact's id, a customer's row, a decision.
fn words(detail: Option<&str>) -> impl Iterator<Item = &str> {
    detail.unwrap_or_default().split(' ').filter(|word| !word.is_empty())
}

fn risk_of(session: &Session, flow: &Flow) -> Option<Risk> {
    let SessionState::Completed { outcome, .. } = &session.state else { return None };
    let bands = flow.definition.bands;
    let reasons = risk::contributions(&outcome.reasons, &flow.definition.weights());
    Some(Risk { score: outcome.risk_score, bands: (bands.review, bands.reject), reasons })
}

fn check_row(check: Check) -> CheckRow {
    let (result, reasons) = check.found.map_or((None, Vec::new()), |found| (Some(found.result), found.reasons.into_iter().collect()));
    CheckRow { name: check.name.as_str().to_owned(), result, reasons }
}
