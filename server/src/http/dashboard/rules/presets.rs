//! The form of a preset: `GET` shows it, `POST` checks it, saves the rule as a test, or goes on in the editor.

use app::{
    dashboard::{
        form::Refused,
        rules::{
            address,
            editor::data::ACTION,
            preset::{NAME, PresetData, PresetPage},
            preset_address,
        },
    },
    words::dashboard::{Done, PresetRefusal, Refusal},
};
use axum::{http::StatusCode, response::Response};
use leptos::prelude::*;
use shared::{
    language::Language,
    reading::faults::Faults,
    rule::{
        Draft, Rule, is_name,
        presets::{self, Preset, Takes},
    },
};

use super::{
    super::{addresses::go, form::Form, ids::Ids, page::Page},
    editor,
    state::State,
};
use crate::{
    http::problems::ApiError,
    rules::{self, RuleError},
};

/// The input of the language that the amounts were typed in.
const LANGUAGE: &str = "language";

fn named(name: &str) -> Result<&'static Preset, ApiError> {
    presets::named(name).ok_or_else(|| RuleError::Unknown.into())
}

/// `GET /dashboard/rules/presets/{name}`
pub async fn show(page: Page, Ids(name): Ids<String>) -> Result<Response, ApiError> {
    let preset = named(&name)?;
    let kept = page.kept();
    let form = if kept.typed.is_empty() { begun(preset, page.language) } else { translated(preset, kept, page.language) };
    draw(&page, preset, form, StatusCode::OK).await
}

/// `POST /dashboard/rules/presets/{name}`
pub async fn post(page: Page, Ids(name): Ids<String>, form: Form) -> Result<Response, ApiError> {
    let preset = named(&name)?;
    let mut typed = form.typed();
    typed.typed.retain(|(name, _)| name == NAME || preset.setting(name).is_some());
    typed.typed.push((LANGUAGE.to_owned(), page.language.tag().to_owned()));
    let kit = &page.context.app.kit;
    let Some(rule) = check(&page, preset, &mut typed).await? else { return refuse(&page, preset, typed).await };
    match form.text(ACTION) {
        "save" => match rules::save(kit, &serde_json::to_string(&rule).expect("a rule serialises"), 0, page.operator.actor()).await {
            Ok(saved) => Ok(go(&address(&saved.version.rule.name), Done::RuleSaved)),
            Err(RuleError::OldVersion { .. }) => {
                typed.faults.push((NAME.into(), Refusal::Preset(PresetRefusal::Taken)));
                refuse(&page, preset, typed).await
            }
            Err(error) => Err(error.into()),
        },
        "open" => editor::begin(&page, State { draft: Draft::of(&rule, page.language), ..State::default() }).await,
        _ => match page.redirect(&preset_address(preset.name), &typed) {
            Some(redirect) => Ok(redirect),
            None => draw(&page, preset, typed, StatusCode::OK).await,
        },
    }
}

async fn refuse(page: &Page, preset: &'static Preset, typed: Refused) -> Result<Response, ApiError> {
    match page.redirect(&preset_address(preset.name), &typed) {
        Some(redirect) => Ok(redirect),
        None => draw(page, preset, typed, StatusCode::UNPROCESSABLE_ENTITY).await,
    }
}

/// The rule that was typed; `None` if something of it is refused, which is noted.
async fn check(page: &Page, preset: &'static Preset, typed: &mut Refused) -> Result<Option<Rule>, ApiError> {
    let read = preset.typed(|key| typed.typed(key), page.language);
    for (setting, why) in read.faults {
        typed.faults.push((setting.key.into(), Refusal::Preset(PresetRefusal::of(preset.name, setting, why))));
    }
    let name = typed.typed(NAME).trim().to_owned();
    if !is_name(&name) {
        typed.faults.push((NAME.into(), Refusal::Preset(PresetRefusal::BadName)));
    }
    let Some(rule) = read.rule.filter(|_| typed.faults.is_empty()) else { return Ok(None) };
    let rule = Rule { name, ..rule };
    match rules::check(&page.context.app.kit, &serde_json::to_string(&rule).expect("a rule serialises")).await {
        Ok(_) | Err(RuleError::OldVersion { .. }) => {}
        Err(RuleError::Refused(faults)) => typed.faults.extend(unknown(preset, &faults)),
        Err(error) => return Err(error.into()),
    }
    Ok(typed.faults.is_empty().then_some(rule))
}

/// What a rule names and there is not, each by its setting.
fn unknown(preset: &Preset, faults: &Faults) -> Vec<(std::borrow::Cow<'static, str>, Refusal)> {
    let key_of = |path: &str| {
        let is_of = |takes: Takes| match takes {
            Takes::Flow => path == "then.flow",
            Takes::List(_) => path.ends_with(".inList"),
            Takes::Timezone => path == "timezone",
            _ => false,
        };
        preset.form().find(|setting| is_of(setting.takes)).map(|setting| setting.key)
    };
    let one = |fault: &shared::reading::faults::Refused| match key_of(&fault.path) {
        Some(key) => (key.into(), Refusal::Preset(PresetRefusal::Setting(preset.name.to_owned(), key.to_owned()))),
        None => ("".into(), Refusal::Preset(PresetRefusal::Other(fault.reason.clone()))),
    };
    faults.iter().map(one).collect()
}

/// The form as it begins.
fn begun(preset: &Preset, language: Language) -> Refused {
    let settings = preset.form().map(|setting| (setting.key.to_owned(), preset.begins(setting, language)));
    Refused { faults: Vec::new(), typed: settings.chain([(NAME.to_owned(), preset.name.to_owned())]).collect() }
}

/// The form for a reader of another language: amounts are typed anew.
fn translated(preset: &Preset, mut kept: Refused, language: Language) -> Refused {
    let (from, currency) = (kept.typed(LANGUAGE).parse().unwrap_or(language), kept.typed("currency"));
    for (key, text) in &mut kept.typed {
        *text = preset.translated(key, text, &currency, (from, language));
    }
    kept
}

async fn draw(page: &Page, preset: &'static Preset, form: Refused, status: StatusCode) -> Result<Response, ApiError> {
    let language = page.language;
    let rule = preset.typed(|key| form.typed(key), language).rule;
    let sentence = rule.map(|rule| rule.sentence(language)).unwrap_or_default();
    let data = PresetData { preset, options: page.views().rule_options().await?, sentence, form };
    page.draw(status, true, move |site, viewer| view! { <PresetPage site viewer data=data.clone() /> }).await
}
