//! What the dashboard's pages show: plain data that the server has read, decided and unsealed. Times are RFC 3339 in UTC,
//! ids are rows' UUIDs or their public form, and what an operator may not see is not in here.

use shared::{
    language::Language,
    risk::{CheckResult, Decision},
    session::Status,
};

pub use super::bad_url::BadUrl;
pub use shared::role::{May, Role};

/// What every page needs: who looks, in which language, at what part of the dashboard.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// The operator's e-mail.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// The language of the page.
    pub language: Language,
    /// How many artifacts wait for a dossier, for those who see them; counting ends at 100.
    pub unresolved: Option<u32>,
    /// This page's path and query, for coming back to it.
    pub here: String,
    /// What was just done, said at the head of the page.
    pub done: Option<Done>,
}

/// What a redirect says was done: `?done=…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// A decision was taken.
    Decided,
    /// A session was expired.
    Expired,
    /// Something went into a dossier.
    Linked,
    /// Something was taken out of a dossier.
    Unlinked,
    /// An endpoint, key or operator was disabled.
    Disabled,
    /// A setting was changed.
    Changed,
}

impl Done {
    /// Every one.
    pub const ALL: [Self; 6] = [Self::Decided, Self::Expired, Self::Linked, Self::Unlinked, Self::Disabled, Self::Changed];

    /// As it stands in an address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Expired => "expired",
            Self::Linked => "linked",
            Self::Unlinked => "unlinked",
            Self::Disabled => "disabled",
            Self::Changed => "changed",
        }
    }
}

/// Why a form of the dashboard was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// E-mail or password is wrong, or the operator is disabled: which of them is not said.
    WrongCredentials,
    /// Too many tries; come again after so many seconds.
    TooMany(u64),
    /// The server cannot answer now.
    Unavailable,
    /// Fewer characters than this.
    ShortPassword(usize),
    /// More bytes than this.
    LongPassword(usize),
    /// The two passwords differ.
    PasswordsDiffer,
    /// No e-mail address.
    BadEmail,
    /// There is an operator of this e-mail.
    EmailTaken,
    /// There is no flow of this name.
    UnknownFlow,
    /// A reference has 1 to 128 of `A-Za-z0-9_.:-`.
    BadReference,
    /// A timeout is a number and s, m, h or d, from 1s to 30d.
    BadTimeout,
    /// A choice that there is not.
    BadChoice,
    /// A reason has 1 to 500 characters, and no control characters.
    BadReason,
    /// Nothing could be sent to this URL.
    BadUrl(BadUrl),
    /// No scope was chosen.
    NoScope,
    /// The session is no longer as the page showed it; nothing was changed.
    TooLate,
}

/// A form that was sent and refused: the fields at fault and what was typed.
#[derive(Clone, Debug, Default)]
pub struct Refused {
    /// The name of the input at fault, and why.
    pub faults: Vec<(&'static str, Refusal)>,
    /// What was typed, passwords excepted.
    pub typed: Vec<(String, String)>,
}

impl Refused {
    /// One fault of one input.
    pub fn one(input: &'static str, why: Refusal) -> Self {
        Self { faults: vec![(input, why)], typed: Vec::new() }
    }

    /// What was typed into an input.
    pub fn typed(&self, input: &str) -> String {
        self.typed.iter().find(|(name, _)| name == input).map(|(_, text)| text.clone()).unwrap_or_default()
    }

    /// Why an input was refused.
    pub fn fault(&self, input: &str) -> Option<&Refusal> {
        self.faults.iter().find(|(name, _)| *name == input).map(|(_, why)| why)
    }
}

/// What a page for the signed-out is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entrance {
    /// E-mail and password; `next` is where to go then.
    SignIn { next: String },
    /// The first administrator: e-mail and a new password, twice.
    SetUp,
    /// An invitation: a new password, twice.
    Invitation { email: String, role: Role },
    /// A one-time link: one button.
    OneTime,
    /// A link that opens nothing any more.
    Gone,
    /// A form that was sent after the sign-in had ended; `next` is where to go then.
    Ended { next: String },
    /// Something stands in the way; `back` is the page that was left.
    Trouble { trouble: Trouble, back: String },
}

/// What stands in the way of what was asked for, said on a page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It is for other roles than this.
    Forbidden(Role),
    /// It was not sent by a page of the dashboard.
    Elsewhere,
    /// There is nothing of this address.
    Missing,
    /// It was done before, or things are no longer as the page showed them.
    TooLate,
    /// A form of more KiB than this.
    TooLarge(usize),
    /// A form that arrived too slowly.
    TooSlow,
    /// Too many requests; come again after so many seconds.
    TooMany(u64),
    /// The server cannot answer now.
    Unavailable,
    /// Nothing that a page of the dashboard sends.
    Unknown,
}

/// A page of a list, newest first.
#[derive(Clone, Debug)]
pub struct Rows<T> {
    /// What is on it.
    pub rows: Vec<T>,
    /// The address of the next, older page.
    pub older: Option<String>,
    /// The address of the first page, where this is another.
    pub newest: Option<String>,
}

/// The page for creating a link, and the newest sessions with their status.
#[derive(Clone, Debug)]
pub struct Links {
    /// Flows to choose from: name, and title in the page's language.
    pub flows: Vec<(String, String)>,
    /// Sessions, the newest on the first page.
    pub sessions: Rows<LinkRow>,
}

/// A session as everyone may see it: how far it is.
#[derive(Clone, Debug)]
pub struct LinkRow {
    /// The session's row.
    pub r#ref: String,
    /// The flow's title.
    pub flow: String,
    /// How far it is.
    pub status: Status,
    /// When it was created.
    pub created_at: String,
    /// When its time is up.
    pub expires_at: String,
}

/// A link: what it opens, and how far that is.
#[derive(Clone, Debug)]
pub struct Link {
    /// The customer's dossier and masked reference, for those who may see it.
    pub customer: Option<(String, String)>,
    /// The language that it was created with.
    pub locale: Option<Language>,
    /// The session's row.
    pub session: LinkRow,
    /// The address, and the same as a QR code in SVG, while it opens anything and for those who may create links.
    pub url: Option<(String, String)>,
}

/// What the list of sessions is asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Sessions of this status.
    pub status: Option<Status>,
    /// Sessions that wait for a person: COMPLETED with decision REVIEW.
    pub review: bool,
    /// Sessions of this customer: the dossier's id, and the reference masked.
    pub customer: Option<(String, String)>,
    /// What was looked for and not found, as typed.
    pub search: String,
}

/// A page of the list of sessions.
#[derive(Clone, Debug)]
pub struct Sessions {
    /// What was asked for.
    pub filter: Filter,
    /// Newest first.
    pub rows: Vec<SessionRow>,
    /// The address of the next, older page.
    pub older: Option<String>,
    /// The address of the first page, where this is another.
    pub newest: Option<String>,
}

/// A line of that list.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// The session's row.
    pub r#ref: String,
    /// The customer: dossier's id, and the reference masked.
    pub customer: Option<(String, String)>,
    /// The flow's title.
    pub flow: String,
    /// How far it is.
    pub status: Status,
    /// 0 to 100, once completed.
    pub risk_score: Option<u8>,
    /// Once completed.
    pub decision: Option<Decision>,
    /// When it was created.
    pub created_at: String,
}

/// Everything about one session.
#[derive(Clone, Debug)]
pub struct SessionDetail {
    /// The line of the list.
    pub row: SessionRow,
    /// The flow's name and version.
    pub version: (String, i64),
    /// The language asked for when it was created.
    pub locale: Option<Language>,
    /// When its time is up.
    pub expires_at: String,
    /// What makes the score.
    pub risk: Option<Risk>,
    /// Each check.
    pub checks: Vec<CheckRow>,
    /// What was entered, by step.
    pub input: Vec<InputStep>,
    /// `input` is shown as it was entered, and that was written down.
    pub revealed: bool,
    /// What the customer agreed to.
    pub consents: Vec<ConsentRow>,
    /// What was uploaded.
    pub artifacts: Vec<ArtifactRow>,
    /// What happened, oldest first.
    pub timeline: Vec<Moment>,
    /// Its events on their way, oldest first.
    pub deliveries: Vec<DeliveryRow>,
    /// Decisions taken by people, newest first.
    pub reviews: Vec<Review>,
    /// Where there is more of one of these three: how many of each are here at most, the newest.
    pub cut: Option<usize>,
}

/// A score, and what each reason adds to it.
#[derive(Clone, Debug)]
pub struct Risk {
    /// 0 to 100.
    pub score: u8,
    /// Where review begins, and rejection.
    pub bands: (u8, u8),
    /// Reason code, its weight, and the points it adds over those before it.
    pub reasons: Vec<(String, u8, f32)>,
}

/// A check and what it found; no result while it runs.
#[derive(Clone, Debug)]
pub struct CheckRow {
    /// Which one.
    pub name: String,
    /// In one word.
    pub result: Option<CheckResult>,
    /// In stable codes.
    pub reasons: Vec<String>,
}

/// What was entered on one step.
#[derive(Clone, Debug)]
pub struct InputStep {
    /// The step's title.
    pub title: String,
    /// Each field's label, and its value: masked, or revealed.
    pub fields: Vec<(String, String)>,
}

/// A box that was ticked.
#[derive(Clone, Debug)]
pub struct ConsentRow {
    /// The field.
    pub field: String,
    /// The text's language.
    pub language: Language,
    /// When.
    pub at: String,
    /// SHA-256 of the text, hexadecimal.
    pub sha256: String,
}

/// An uploaded file.
#[derive(Clone, Debug)]
pub struct ArtifactRow {
    /// `art_…`
    pub id: String,
    /// The session it was uploaded to.
    pub session: String,
    /// The label of the field it answers.
    pub field: Option<String>,
    /// Told by content.
    pub media_type: String,
    /// Bytes as uploaded.
    pub size: i64,
    /// The dossier it is in: id, and the reference masked. None: UNRESOLVED.
    pub customer: Option<(String, String)>,
    /// When it was uploaded.
    pub created_at: String,
}

/// Something that happened to a session.
#[derive(Clone, Debug)]
pub struct Moment {
    /// When.
    pub at: String,
    /// Such as `session.created`.
    pub action: String,
    /// Who: an operator's e-mail, `api key key_…`, `command-line`, `customer`, `system`.
    pub actor: String,
    /// What it was about, besides the session: an artifact's id, a decision.
    pub detail: Option<String>,
}

/// An event on its way to one endpoint.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    /// `evt_…`
    pub event: String,
    /// What happened.
    pub event_type: String,
    /// `wh_…`, and its URL.
    pub endpoint: (String, String),
    /// The session it is about.
    pub session: String,
    /// PENDING, DELIVERED or FAILED.
    pub status: String,
    /// When the next try is due.
    pub next_at: Option<String>,
    /// Every try so far.
    pub attempts: Vec<AttemptRow>,
}

/// One try.
#[derive(Clone, Debug)]
pub struct AttemptRow {
    /// From 1.
    pub number: u32,
    /// When it began.
    pub at: String,
    /// How long it took.
    pub duration_ms: i64,
    /// The answer's status, or why there was none.
    pub outcome: String,
    /// It was a 2xx.
    pub ok: bool,
}

/// A decision that a person took.
#[derive(Clone, Debug)]
pub struct Review {
    /// Which of this session's, from 1.
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

/// One customer: sessions and artifacts.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// The customer's row.
    pub id: String,
    /// The company's own reference, masked unless revealed.
    pub reference: String,
    /// `reference` is shown whole, and that was written down.
    pub revealed: bool,
    /// Newest first, at most 100.
    pub sessions: Vec<SessionRow>,
    /// Newest first, at most 100.
    pub artifacts: Vec<ArtifactRow>,
}

/// Artifacts in no dossier, by session.
#[derive(Clone, Debug)]
pub struct Unresolved {
    /// Newest first.
    pub artifacts: Vec<ArtifactRow>,
    /// The address of the next page.
    pub older: Option<String>,
}

/// A webhook endpoint.
#[derive(Clone, Debug)]
pub struct EndpointRow {
    /// `wh_…`
    pub id: String,
    /// Where it is.
    pub url: String,
    /// When it was added.
    pub created_at: String,
    /// Nothing is sent to it any more, since.
    pub disabled_at: Option<String>,
    /// The last deliveries, newest first, at most 5 in the list of endpoints.
    pub deliveries: Vec<DeliveryRow>,
}

/// A key of the API.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// `key_…`
    pub id: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: String,
    /// When it was last used, to the minute.
    pub used_at: Option<String>,
    /// It opens nothing any more, since.
    pub disabled_at: Option<String>,
}

/// An operator.
#[derive(Clone, Debug)]
pub struct OperatorRow {
    /// The row.
    pub id: String,
    /// Who.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// When they were invited.
    pub created_at: String,
    /// They came in: no invitation waits for them.
    pub active: bool,
    /// They may not sign in any more, since.
    pub disabled_at: Option<String>,
    /// It is the one who looks.
    pub is_self: bool,
}

/// What is shown once, after it was made: what it is called, and the secret itself.
#[derive(Clone, Debug)]
pub struct ShownOnce {
    /// Which row it belongs to: an URL, a key's id, an e-mail.
    pub of: String,
    /// The secret, key or invitation link.
    pub secret: String,
}
