//! What the editor of a rule was left in: the draft, and which button was pressed. A browser is led from the POST to the page, whose address
//! carries it; so going back undoes a step, and the page can be loaded again.

use app::dashboard::{
    form::Refused,
    rules::{
        editor::data::{ACTION, JSON, OVER},
        trial::{POSTED, STORED},
    },
};
use axum::extract::{FromRequest, Request};
use shared::{
    language::Language,
    rule::{Draft, Edit},
};

use crate::http::{
    Context, body,
    dashboard::{form, kept::Sent},
    language,
    problems::ApiError,
};

/// The most inputs of a form: each condition has some twenty.
const MAX_INPUTS: usize = 4_000;

/// What the page does besides showing the draft.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    #[default]
    Show,
    /// It says what is wrong.
    Check,
    /// It tries the rule.
    Test,
    /// It reads the JSON into the form.
    Json,
    /// It saves the rule; where that was refused, it says what somebody else changed.
    Save,
}

impl Step {
    const ALL: [(&'static str, Self); 4] = [("check", Self::Check), ("test", Self::Test), ("json", Self::Json), ("save", Self::Save)];

    fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|(word, _)| *word == text).map(|(_, step)| step).unwrap_or_default()
    }

    fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, step)| *step == self).map_or("", |(word, _)| word)
    }
}

/// The state of the editor.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// What was typed.
    pub draft: Draft,
    /// The version that it is saved over; 0 for a new rule.
    pub over: u32,
    /// What was asked.
    pub step: Step,
    /// The id of the element that gets the focus.
    pub focus: Option<String>,
    /// What was pasted, as long as it cannot be read.
    pub json: String,
    /// The stored transaction to try it on.
    pub stored: String,
    /// The transaction to try it on as JSON.
    pub posted: String,
}

const DRAFT: &str = "draft";
const LANGUAGE: &str = "language";
const FOCUS: &str = "focus";
/// A rule as JSON to begin with.
const FROM: &str = "_from";

impl State {
    fn read(pairs: &[(String, String)]) -> Self {
        let typed = |name: &str| pairs.iter().rev().find(|(known, _)| known == name).map_or("", |(_, text)| text.as_str());
        let mut draft = Draft::read(pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        let (from, action) = (typed(FROM), typed(ACTION));
        let edit = Edit::parse(action);
        let name = action.split_once(':').map_or("", |(_, name)| name);
        let focus = edit.and_then(|edit| edit.apply(&mut draft, typed(&format!("{name}.new"))));
        Self {
            draft,
            over: typed(OVER).parse().unwrap_or_default(),
            step: if from.is_empty() { Step::parse(action) } else { Step::Json },
            focus,
            json: if from.is_empty() { typed(JSON) } else { from }.to_owned(),
            stored: typed(STORED).to_owned(),
            posted: typed(POSTED).to_owned(),
        }
    }

    /// What the page's address carries.
    pub fn keep(&self, language: Language) -> Refused {
        let draft = serde_json::to_string(&self.draft).expect("texts serialise");
        let json = if self.step == Step::Json { self.json.clone() } else { String::new() };
        let pairs = [
            (DRAFT, draft),
            (LANGUAGE, language.tag().to_owned()),
            (OVER, self.over.to_string()),
            (ACTION, self.step.as_str().to_owned()),
            (FOCUS, self.focus.clone().unwrap_or_default()),
            (JSON, json),
            (STORED, self.stored.clone()),
            (POSTED, self.posted.clone()),
        ];
        let typed = pairs.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.to_owned(), text)).collect();
        Refused { faults: Vec::new(), typed }
    }

    /// What a page's address carried, in its language.
    pub fn kept(kept: &Refused, language: Language) -> Option<Self> {
        let draft: Draft = serde_json::from_str(&kept.typed(DRAFT)).ok()?;
        let from = kept.typed(LANGUAGE).parse().unwrap_or(language);
        Some(Self {
            draft: draft.translated(from, language),
            over: kept.typed(OVER).parse().unwrap_or_default(),
            step: Step::parse(&kept.typed(ACTION)),
            focus: Some(kept.typed(FOCUS)).filter(|focus| !focus.is_empty()),
            json: kept.typed(JSON),
            stored: kept.typed(STORED),
            posted: kept.typed(POSTED),
        })
    }
}

impl FromRequest<Context> for State {
    type Rejection = ApiError;

    /// 413 if the form is too large, 408 if it arrives too slowly.
    async fn from_request(request: Request, _: &Context) -> Result<Self, ApiError> {
        let sent = Sent::of(request.extensions());
        let language = language::of_nothing(request.headers(), request.uri().query());
        let (most, too_large) = form::limit(request.uri().path());
        let bytes = body::whole(request.into_body(), most, too_large).await?;
        let pairs: Vec<(String, String)> =
            url::form_urlencoded::parse(&bytes).take(MAX_INPUTS).map(|(name, text)| (name.into_owned(), text.into_owned())).collect();
        let state = Self::read(&pairs);
        sent.typed.get_or_init(|| state.keep(language));
        Ok(state)
    }
}
