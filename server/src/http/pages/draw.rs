//! Draws the customer's pages: a step with the answers that this device may see, the status, or the page for an error.

use std::{collections::BTreeMap, sync::Arc};

use app::{
    components::{
        layout::Site,
        photo::{FILE, LOCKED},
    },
    flow::{
        data::FlowData,
        neutral::{TroublePage, UnknownPage},
        page::{StatusPage, StepPage},
        status::WayBack,
    },
    words::{FlowTexts, Words, words},
};
use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};
use leptos::{either::Either, nonce::Nonce, prelude::*};
use shared::{
    api::FileWarning,
    by_field::ByField,
    conditions,
    flow::{Branding, Field, FieldType, PDF_TYPE, Step, StepType},
    language::Language,
    problem::{Code, FieldFault},
    session::Status,
};

use super::view::View;
use crate::{
    artifacts::facts,
    http::{
        Context,
        blanks::{Blank, Key},
        language,
        problems::ApiError,
        render,
    },
    model::{Artifact, Device},
    sessions::{self, open::Opened, saved::Saved},
};

/// How many seconds a status page without script waits before it reloads itself.
const REFRESH: u32 = 3;

/// How many seconds the last page waits before it leads to the session's return URL.
const RETURN_AFTER: u32 = 10;

/// What a page shows besides the session itself.
#[derive(Default)]
pub(super) struct Filled {
    /// What the customer typed, by field.
    pub typed: BTreeMap<String, String>,
    /// What is wrong with it.
    pub errors: Vec<FieldFault>,
    /// The field of an earlier step whose file opens only with a password, as the address says.
    pub noted: Option<String>,
}

/// Draws a step of an open session as this device sees it.
pub(super) async fn step_page(
    context: &Context,
    opened: &Opened,
    view: &View,
    device: Option<Device>,
    step: &str,
    filled: Filled,
    status: StatusCode,
) -> Result<Response, ApiError> {
    let now = context.app.kit.ambient.now();
    let query = view.query(None);
    let key = Key { query: query.clone(), change: view.change, has_device: device.is_some(), ..Key::new(opened.flow.id, now, view.language, step) };
    let blank = context.blanks.get(&key);
    let steps = blank.as_ref().map_or_else(|| opened.flow.definition.steps_at(view.language, now).into(), |blank| Arc::clone(&blank.steps));
    let Some(shown_step) = steps.iter().find(|known| known.id == step) else { return Ok(view.redirect(opened, None, None)) };
    // A form may have saved a file after the session was opened; its device is known.
    let saved = if opened.is_untouched() && device.is_none() { Saved::default() } else { sessions::open::saved(&context.app.kit, opened).await? };
    let Told { mut shown, elsewhere, idle } = told(context, opened, &steps, device, &saved).await?;
    shown.extend(filled.typed.into_iter().filter(|(name, text)| shown_step.field(name).is_some_and(|field| is_shown_again(field, text))).collect());
    let noted = filled.noted.filter(|field| shown.get(field).is_some_and(|picture| picture == LOCKED));
    let is_answered = |field: &Field| shown.get(&field.name).is_some() || elsewhere.contains(&field.name);
    let is_blank = shown_step.r#type != StepType::Review && noted.is_none() && filled.errors.is_empty() && !shown_step.fields.iter().any(is_answered);
    let mut data = FlowData {
        id: opened.id.expose().to_owned(),
        query,
        change: view.change,
        language: view.language,
        answers: shown,
        elsewhere,
        idle,
        errors: filled.errors,
        ..FlowData::default()
    };
    if is_blank {
        let blank = match blank {
            Some(blank) => blank,
            None => draw_blank(context, opened, view, device, key, steps).await,
        };
        let nonce = Nonce::new();
        return Ok(render::answer(&frames(opened), status, &nonce, blank.filled(&data.id, &nonce, &data.answers_json())));
    }
    data.steps = steps.to_vec();
    data.step = step.to_owned();
    data.words = words_for(view.language, device).for_island();
    let (site, branding, data) = (site(context, opened, view), branding(opened), Arc::new(data));
    let page = move || view! { <StepPage site=site.clone() branding=branding.clone() data=data.clone() noted=noted.clone() /> };
    Ok(render::html(&frames(opened), status, view.plain, page).await)
}

/// Draws a step's page with nothing filled in, and keeps it.
async fn draw_blank(context: &Context, opened: &Opened, view: &View, device: Option<Device>, key: Key, steps: Arc<[Step]>) -> Arc<Blank> {
    let data = Arc::new(context.blanks.marked(FlowData {
        query: key.query.clone(),
        change: key.change,
        language: key.language,
        steps: steps.to_vec(),
        step: key.step.clone(),
        words: words_for(key.language, device).for_island(),
        ..FlowData::default()
    }));
    let (site, branding) = (site(context, opened, view), branding(opened));
    let drawn_from = Arc::clone(&data);
    let page = move || view! { <StepPage site=site.clone() branding=branding.clone() data=data.clone() noted=None /> };
    let html = render::text(context.blanks.nonce(), view.plain, page).await;
    context.blanks.keep(key, &html, &drawn_from, steps)
}

/// Draws the status of a session that is not open.
pub(super) async fn status_page(context: &Context, opened: &Opened, view: &View, device: Option<Device>, noted: Option<String>) -> Result<Response, ApiError> {
    let session = sessions::open::public(&context.app.kit, opened, view.language).await?;
    let url = return_url(context, opened, session.status).await?;
    let way_back = url.map(|url| WayBack { url, stay: (!view.stays).then(|| view.to_stay(opened)) });
    let leads_on = way_back.as_ref().filter(|way_back| way_back.stay.is_some());
    let refresh = leads_on.map(|way_back| format!("{RETURN_AFTER};url={}", way_back.url));
    let refresh = refresh.or_else(|| (session.status == Status::Processing).then(|| REFRESH.to_string()));
    let site = Site { refresh, island: false, ..site(context, opened, view) };
    let locked = locked_file(context, opened, view, device, noted).await?;
    let page = move || view! { <StatusPage site=site.clone() session=session.clone() way_back=way_back.clone() locked=locked.clone() /> };
    Ok(render::html(&frames(opened), StatusCode::OK, true, page).await)
}

/// The origins that may frame a session's pages.
fn frames(opened: &Opened) -> String {
    match opened.flow.definition.allowed_origins() {
        [] => "'none'".to_owned(),
        origins => origins.join(" "),
    }
}

/// What the head of a session's page needs.
fn site(context: &Context, opened: &Opened, view: &View) -> Site {
    Site {
        options: context.options.clone(),
        pkg: context.site.pkg(),
        // Browsers keep it for ever, so the address also names the build that made it.
        brand_css: Some(format!("/branding/{}/brand.css?{}", opened.flow.id, context.site.pkg())),
        plain: view.plain,
        refresh: None,
        island: true,
        sandbox: opened.flow.definition.is_sandbox(),
    }
}

fn branding(opened: &Opened) -> Branding {
    opened.flow.definition.branding(Some(opened.flow.logo_path()))
}

/// Whether a text that was typed into this field is shown again. A text that is far longer than the field can hold is not: it was no
/// customer who typed it, and a page must not become as large as whoever sends forms likes.
fn is_shown_again(field: &Field, text: &str) -> bool {
    const BYTES_OF_A_CHARACTER: usize = 4;
    const ROOM: usize = 1_024;
    let longest = field.max_length.map_or(0, |length| length as usize * BYTES_OF_A_CHARACTER);
    field.r#type != FieldType::Artifact && text.len() <= longest + ROOM
}

/// The label of this field, if this device sent a file for it that opens only with a password. The last step's page says so: no other
/// page comes after it.
async fn locked_file(context: &Context, opened: &Opened, view: &View, device: Option<Device>, field: Option<String>) -> Result<Option<String>, ApiError> {
    let Some(field) = field.filter(|_| device.is_some()) else { return Ok(None) };
    let artifacts = sessions::open::artifacts(&context.app.kit, opened).await?;
    let own = |artifact: &&Artifact| artifact.field.as_ref() == Some(&field) && artifact.writer == device && artifact.media_type == PDF_TYPE;
    let Some(artifact) = artifacts.iter().find(own) else { return Ok(None) };
    if !facts::warnings(&context.app.kit, opened, artifact).await?.contains(&FileWarning::Password) {
        return Ok(None);
    }
    let steps = opened.flow.definition.steps(view.language);
    Ok(steps.iter().find_map(|step| step.field(&field)).map(|field| field.label.clone()))
}

/// The session's return URL with its status, if that is terminal.
async fn return_url(context: &Context, opened: &Opened, status: Status) -> Result<Option<String>, ApiError> {
    if !status.is_terminal() {
        return Ok(None);
    }
    Ok(sessions::open::return_url(&context.app.kit, opened, status).await?)
}

/// The words of the island. A browser that blocks cookies looks like another device to us, so without a cookie the page says that it may
/// be this one.
fn words_for(language: Language, device: Option<Device>) -> FlowTexts {
    let Words { flow, page } = words(language);
    let saved_elsewhere = if device.is_some() { flow.saved_elsewhere } else { page.saved_elsewhere_or_here };
    FlowTexts { saved_elsewhere, ..*flow }
}

/// What a page may say about saved answers.
struct Told {
    /// What this device saved, as a person would type it.
    shown: ByField<String>,
    /// The fields that another device answered.
    elsewhere: Vec<String>,
    /// The fields that do not apply, as far as this device may know.
    idle: Vec<String>,
}

async fn told(context: &Context, opened: &Opened, steps: &[Step], device: Option<Device>, saved: &Saved) -> Result<Told, ApiError> {
    let mine = saved.of_device(device);
    let is_file = |name: &String| steps.iter().find_map(|step| step.field(name)).is_some_and(|field| field.r#type == FieldType::Artifact);
    let artifacts = if mine.keys().any(is_file) { sessions::open::artifacts(&context.app.kit, opened).await? } else { Vec::new() };
    let prefix = format!("/kyc-sessions/{}/artifacts/", opened.id.expose());
    let elsewhere: Vec<String> = saved.answers.keys().filter(|name| !mine.contains_key(*name)).cloned().collect();
    let mut shown = ByField::default();
    for (name, answer) in &mine {
        let Some(field) = steps.iter().find_map(|step| step.field(name)) else { continue };
        let artifact = artifacts.iter().find(|artifact| artifact.id.to_string() == answer.text());
        let text = match artifact {
            _ if field.r#type != FieldType::Artifact => field.r#type.typed(answer),
            Some(image) if image.media_type.starts_with("image/") => format!("{prefix}{}", answer.text()),
            Some(pdf) if facts::warnings(&context.app.kit, opened, pdf).await?.contains(&FileWarning::Password) => LOCKED.to_owned(),
            _ => FILE.to_owned(),
        };
        shown.set(name, text);
    }
    let may_know = |field: &&Field| field.required_when.names().all(|other| !elsewhere.contains(other));
    let idle = steps.iter().flat_map(|step| &step.fields).filter(may_know).filter(|field| !conditions::applies(field, &saved.answers));
    Ok(Told { shown, idle: idle.map(|field| field.name.clone()).collect(), elsewhere })
}

/// Draws the page for a link to no session, and for an error. It is the same for every session id.
pub(super) async fn neutral(context: &Context, headers: &HeaderMap, query: Option<&str>, error: &ApiError) -> Response {
    let language = language::of_nothing(headers, query);
    let Words { flow, page: words } = words(language);
    let text = if error.0.code == Code::RateLimited { flow.too_many } else { words.trouble_text };
    let is_unknown = error.0.code == Code::NotFound;
    let status = StatusCode::from_u16(error.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let site = Site { options: context.options.clone(), pkg: context.site.pkg(), brand_css: None, plain: true, refresh: None, island: false, sandbox: false };
    let page = move || {
        let site = site.clone();
        if is_unknown { Either::Left(view! { <UnknownPage site language /> }) } else { Either::Right(view! { <TroublePage site language text /> }) }
    };
    let mut response = render::html("'none'", status, true, page).await;
    error.retry_after(response.headers_mut());
    response
}
