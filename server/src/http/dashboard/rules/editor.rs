//! The editor of a rule: `GET` and `POST` of a new rule, and of one that there is.

use app::{
    dashboard::rules::{
        RULES, address,
        editor::{EditorPage, data::EditorData},
        trial::TrialForm,
    },
    words::dashboard::{Done, rule_words},
};
use axum::{http::StatusCode, response::Response};
use leptos::prelude::*;
use shared::{
    problem::FieldCode,
    reading::faults::Faults,
    rule::{Draft, DraftFault, Mode, Rule, Why},
};

use super::{
    super::{addresses::go, ids::Ids, page::Page},
    state::{State, Step},
    trials,
};
use crate::{
    http::problems::ApiError,
    operators::Visit,
    rules::{self, RuleError},
};

/// The page of an editor.
fn address_of(existing: Option<&str>) -> String {
    existing.map_or_else(|| format!("{RULES}/new"), |name| format!("{}/edit", address(name)))
}

/// `GET /dashboard/rules/new`
pub async fn new(page: Page) -> Result<Response, ApiError> {
    draw(&page, None, State::kept(&page.kept(), page.language).unwrap_or_default(), false).await
}

/// The editor of a new rule that begins in this state.
///
/// # Errors
/// If the store does not answer.
pub(super) async fn begin(page: &Page, state: State) -> Result<Response, ApiError> {
    respond(page, None, state).await
}

/// `GET /dashboard/rules/by-name/{name}/edit`
pub async fn edit(page: Page, Ids(name): Ids<String>) -> Result<Response, ApiError> {
    let newest = newest(&page, &name).await?;
    let state = State::kept(&page.kept(), page.language);
    let state = state.unwrap_or_else(|| State { draft: Draft::of(&newest.rule, page.language), over: newest.version, ..State::default() });
    draw(&page, Some(&name), state, false).await
}

pub(super) async fn newest(page: &Page, name: &str) -> Result<std::sync::Arc<crate::model::RuleVersion>, ApiError> {
    let kit = &page.context.app.kit;
    Ok(rules::newest(kit, &mut *kit.store.read().await?, name).await?)
}

/// `POST /dashboard/rules/new`: a button of the editor, or a rule as JSON to begin with, in `_from`.
pub async fn post_new(page: Page, visit: Visit, state: State) -> Result<Response, ApiError> {
    post(&page, &visit, None, state).await
}

/// `POST /dashboard/rules/by-name/{name}/edit`
pub async fn post_edit(page: Page, visit: Visit, Ids(name): Ids<String>, mut state: State) -> Result<Response, ApiError> {
    newest(&page, &name).await?;
    state.draft.head.set("name", &*name);
    post(&page, &visit, Some(&name), state).await
}

/// The editor of a rule that cannot have this mode, with what is wrong with it.
///
/// # Errors
/// If there is no such rule.
pub(super) async fn check(page: &Page, name: &str, mode: Mode) -> Result<Response, ApiError> {
    let newest = newest(page, name).await?;
    let rule = Rule { mode: Some(mode), ..newest.rule.clone() };
    let state = State { draft: Draft::of(&rule, page.language), over: newest.version, step: Step::Check, ..State::default() };
    respond(page, Some(name), state).await
}

async fn post(page: &Page, visit: &Visit, existing: Option<&str>, mut state: State) -> Result<Response, ApiError> {
    match state.step {
        Step::Json => {
            if let Ok(rule) = Rule::parse(&state.json) {
                state.draft = Draft::of(&rule, page.language);
                if let Some(name) = existing {
                    state.draft.head.set("name", name);
                }
                (state.step, state.json, state.focus) = (Step::Show, String::new(), Some("title".to_owned()));
            }
        }
        Step::Save => {
            let json = state.draft.to_json(page.language);
            match rules::save(&page.context.app.kit, &json, state.over, page.operator.actor()).await {
                Ok(saved) => {
                    let done = if saved.version.version == state.over { Done::RuleSame } else { Done::RuleSaved };
                    return Ok(go(&address(&saved.version.rule.name), done));
                }
                Err(RuleError::Refused(_)) => state.step = Step::Check,
                Err(RuleError::OldVersion { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Step::Test => trials::audit(page, visit, &Rule::sketch(&state.draft.to_json(page.language)).0, &state.stored).await?,
        Step::Show | Step::Check => {}
    }
    respond(page, existing, state).await
}

async fn respond(page: &Page, existing: Option<&str>, state: State) -> Result<Response, ApiError> {
    if let Some(redirect) = page.redirect(&address_of(existing), &state.keep(page.language)) {
        return Ok(redirect);
    }
    draw(page, existing, state, true).await
}

/// Draws the editor; as the answer to its POST, with the status.
async fn draw(page: &Page, existing: Option<&str>, state: State, is_answer: bool) -> Result<Response, ApiError> {
    let language = page.language;
    let refused = page.kept();
    let State { draft, mut over, step, focus, json: pasted, stored, posted } = state;
    let json = draft.to_json(language);
    let (sketch, _) = Rule::sketch(&json);
    let mut faults = Vec::new();
    if matches!(step, Step::Check | Step::Test | Step::Save) {
        faults = faults_of(page, &draft, &json, existing.is_none()).await?;
    }
    let conflict = match existing.filter(|_| step == Step::Save) {
        Some(name) => page.views().changed_since(name, over).await?,
        None => None,
    };
    let mut trial = TrialForm { stored, posted, ..TrialForm::default() };
    if step == Step::Test && faults.is_empty() {
        trial = trials::tried(page, &sketch, trial).await?;
    }
    let (json, json_faults) = match Rule::parse(&pasted) {
        Err(found) if step == Step::Json => (pasted, said(&found, language)),
        _ => (draft.to_pretty_json(language), Vec::new()),
    };
    let status = match &conflict {
        _ if !is_answer => StatusCode::OK,
        Some(_) => StatusCode::CONFLICT,
        None if faults.is_empty() && json_faults.is_empty() && trial.faults.is_empty() => StatusCode::OK,
        None => StatusCode::UNPROCESSABLE_ENTITY,
    };
    // To save once more is to replace what somebody else saved.
    if let Some(conflict) = &conflict {
        over = conflict.newest.number;
    }
    let options = page.views().rule_options().await?;
    let data = EditorData {
        sentence: sketch.sentence(language),
        existing: existing.map(str::to_owned),
        draft,
        faults,
        focus,
        over,
        conflict,
        options,
        json,
        json_faults,
        trial,
    };
    page.draw(status, true, move |site, viewer| view! { <EditorPage site viewer data=data.clone() refused=refused.clone() /> }).await
}

/// What is wrong with a draft.
async fn faults_of(page: &Page, draft: &Draft, json: &str, is_new: bool) -> Result<Vec<DraftFault>, ApiError> {
    let kit = &page.context.app.kit;
    let mut faults = match rules::check(kit, json).await {
        Ok(_) | Err(RuleError::OldVersion { .. }) => Vec::new(),
        Err(RuleError::Refused(faults)) => draft.faults(&faults),
        Err(error) => return Err(error.into()),
    };
    let name = draft.head.get("name").trim();
    if is_new && !name.is_empty() && newest(page, name).await.is_ok() {
        faults.insert(0, DraftFault { input: "name".to_owned(), why: Why::Taken });
    }
    Ok(faults)
}

/// What is wrong with a rule that was pasted, in the reader's words as far as there are any.
fn said(faults: &Faults, language: shared::language::Language) -> Vec<String> {
    let words = rule_words(language);
    let one = |fault: &shared::reading::faults::Refused| match fault.code {
        FieldCode::Required => format!("{}: {}", fault.path, words.missing),
        _ if fault.path == "rule" => words.not_json.to_owned(),
        _ => format!("{}: {}", fault.path, words.why(&Why::Other(fault.reason.clone()))),
    };
    faults.iter().map(one).collect()
}
