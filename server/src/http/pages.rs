//! The customer's pages: a step as a page of its own, the status, and the POST of a form with a redirect. Without script
//! this is the whole flow.

use std::{collections::BTreeMap, sync::Arc};

use app::{
    components::{error_summary::FILE_REFUSED, layout::Site},
    flow::page::{NeutralPage, StatusPage, StepPage},
    islands::{
        by_field::ByField,
        flow::{CHANGE, FlowData},
    },
    words::{Words, words},
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use shared::{
    answers,
    field_value::Answer,
    flow::{FieldType, Step},
    language::Language,
    problem::{FieldCode, FieldFault},
    session::Status,
};

use super::{
    Context, device, forms, language,
    path::Segments,
    problems::ApiError,
    render,
    session_api::{normalised, open},
    visitor::Visitor,
};
use crate::{
    model::Artifact,
    sessions::{self, Sender, SessionError, complete, open::Opened, save},
};

/// Seconds after which a status page without script asks again.
const REFRESH: u32 = 3;

/// Seconds after which the last page leads back to where the customer came from.
const RETURN_AFTER: u32 = 10;

/// What a page shows besides the session itself.
#[derive(Default)]
struct Filled {
    typed: BTreeMap<String, String>,
    errors: Vec<FieldFault>,
}

/// What a request says about how its page is to look.
struct View {
    language: Language,
    plain: bool,
    /// The language stays on every address.
    asked: Option<Language>,
    /// The step was opened from the REVIEW, and leads back to it.
    change: bool,
}

impl View {
    fn of(headers: &HeaderMap, query: Option<&str>, opened: &Opened) -> Self {
        let has = |key| language::query(query, key).is_some();
        let asked = language::query(query, "lang").and_then(Language::from_tag);
        Self {
            language: language::of(headers, query, opened),
            plain: has("plain"),
            asked,
            change: query.is_some_and(|query| query.split('&').any(|pair| pair == CHANGE)),
        }
    }

    /// What stays on every address of the flow, with its `?`; what is in `more` besides.
    fn query(&self, more: Option<&str>) -> String {
        let (plain, asked) = (self.plain.then(|| "plain=1".to_owned()), self.asked.map(|language| format!("lang={}", language.tag())));
        let kept = [plain, asked, more.map(str::to_owned)].into_iter().flatten().collect::<Vec<_>>().join("&");
        if kept.is_empty() { kept } else { format!("?{kept}") }
    }

    /// A redirect to the session, or to a step of it.
    fn redirect(&self, opened: &Opened, step: Option<&str>, more: Option<&str>) -> Response {
        let (id, query) = (opened.id.expose(), self.query(more));
        let to = step.map_or_else(|| format!("/verify/{id}{query}"), |step| format!("/verify/{id}/{step}{query}"));
        Redirect::to(&to).into_response()
    }
}

/// `GET /verify/{id}`: on to the first step not done; once the session is not open, its status.
pub async fn start(State(context): State<Context>, Segments(id): Segments<String>, visitor: Visitor, request: Request) -> Response {
    let (headers, query) = (request.headers(), request.uri().query());
    let opened = match open(&context, &id, &visitor).await {
        Ok(opened) => opened,
        Err(error) => return neutral(&context, headers, query, &error).await,
    };
    let view = View::of(headers, query, &opened);
    let drawn = async {
        if opened.status != Status::Pending {
            return draw(&context, &opened, &view, headers, "", Filled::default(), StatusCode::OK).await;
        }
        let public = sessions::open::public(&context.app, &opened, view.language).await?;
        let step = public.progress.current.unwrap_or_default();
        Ok(view.redirect(&opened, Some(&step), None))
    };
    match drawn.await {
        Ok(response) => response,
        Err(error) => neutral(&context, headers, query, &error).await,
    }
}

/// `GET /verify/{id}/{step}`
pub async fn step(State(context): State<Context>, Segments((id, step)): Segments<(String, String)>, visitor: Visitor, request: Request) -> Response {
    let (headers, query) = (request.headers(), request.uri().query());
    let drawn = async {
        let opened = open(&context, &id, &visitor).await?;
        let view = View::of(headers, query, &opened);
        let Some(known) = open_step(&opened, &step, view.language) else {
            return Ok(view.redirect(&opened, None, None));
        };
        let errors = if language::query(query, "check").is_some() { save::faults_as_saved(&context.app, &opened, &known).await? } else { Vec::new() };
        draw(&context, &opened, &view, headers, &step, Filled { errors, ..Filled::default() }, StatusCode::OK).await
    };
    match drawn.await {
        Ok(response) => response,
        Err(error) => neutral(&context, headers, query, &error).await,
    }
}

/// `POST /verify/{id}/{step}`: save and go on; with the last step, complete.
pub async fn post(State(context): State<Context>, Segments((id, step)): Segments<(String, String)>, visitor: Visitor, request: Request) -> Response {
    let headers = request.headers().clone();
    let query = request.uri().query().map(str::to_owned);
    let answered = async {
        let opened = open(&context, &id, &visitor).await?;
        posted(&context, opened, &step, &headers, query.as_deref(), request).await
    };
    match answered.await {
        Ok(response) => response,
        Err(error) => neutral(&context, &headers, query.as_deref(), &error).await,
    }
}

async fn posted(context: &Context, opened: Opened, step_id: &str, headers: &HeaderMap, query: Option<&str>, request: Request) -> Result<Response, ApiError> {
    let mut view = View::of(headers, query, &opened);
    let Some(step) = open_step(&opened, step_id, view.language) else { return Ok(view.redirect(&opened, None, None)) };
    let known = device::known_or_new(&context.app, headers, &opened.id, opened.session.expires_at);
    let form = match forms::read(context, &opened, &step, known.device, headers, request).await {
        Err(error) if [409, 410].contains(&error.0.status) => return Ok(view.redirect(&opened, None, None)),
        Err(error) if [408, 413].contains(&error.0.status) => return refused(context, &opened, &view, known.device, &step, error).await,
        form => form?,
    };
    let chosen = form.texts.get("_lang").and_then(|tag| Language::from_tag(tag));
    let device = known.device;
    let mut response = if let Some(language) = chosen {
        // The choice is remembered by a cookie; an address that says otherwise would win over it.
        view.language = language;
        view.asked = Some(language);
        let filled = Filled { typed: form.texts, errors: form.file_faults };
        draw_as(context, &opened, &view, Some(device), step_id, filled, StatusCode::OK).await?
    } else {
        save_and_go_on(context, &opened, &view, &step, device, form).await?
    };
    let cookies = [known.set_cookie, chosen.and_then(|language| language::set_cookie(&context.app, language))];
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// A form that was too large or too slow to be read: the step again, which says so beside its first file.
async fn refused(context: &Context, opened: &Opened, view: &View, device: [u8; 32], step: &Step, error: ApiError) -> Result<Response, ApiError> {
    let Some(field) = step.fields.iter().find(|field| field.r#type == FieldType::Artifact) else { return Err(error) };
    let status = StatusCode::from_u16(error.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let problem = error.0.r#type.trim_start_matches("/problems/");
    let fault = FieldFault { field: field.name.clone(), code: FieldCode::Malformed, message: format!("{FILE_REFUSED}{problem}") };
    draw_as(context, opened, view, Some(device), &step.id, Filled { errors: vec![fault], ..Filled::default() }, status).await
}

async fn save_and_go_on(context: &Context, opened: &Opened, view: &View, step: &Step, device: [u8; 32], form: forms::Posted) -> Result<Response, ApiError> {
    let app = &context.app;
    let sender = Sender { device: Some(device), language: view.language };
    let sent = normalised(answers::from_form(step, |name| form.texts.get(name).cloned()));
    let saved = if form.file_faults.is_empty() {
        save::save(app, opened, &step.id, &sent, sender).await
    } else {
        // The files that were good are kept; the rest is shown again with all that is wrong.
        let mut faults = form.file_faults;
        faults.extend(
            save::faults(app, opened, step, &sent).await?.into_iter().filter(|f| faults.iter().all(|known| known.field != f.field)).collect::<Vec<_>>(),
        );
        Err(SessionError::Invalid { faults, missing_steps: Vec::new() })
    };
    match saved {
        Ok(()) => {}
        Err(SessionError::Invalid { faults: errors, .. }) => {
            let filled = Filled { typed: form.texts, errors };
            return draw_as(context, opened, view, Some(device), &step.id, filled, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        Err(SessionError::NotOpen | SessionError::Expired) => return Ok(view.redirect(opened, None, None)),
        Err(error) => return Err(error.into()),
    }
    let steps = opened.flow.definition.steps(view.language);
    let at = steps.iter().position(|known| known.id == step.id).unwrap_or_default();
    let next = if view.change { steps.get(at + 1..).and_then(<[Step]>::last) } else { steps.get(at + 1) };
    if let Some(next) = next {
        return Ok(view.redirect(opened, Some(&next.id), None));
    }
    match complete::complete(app, opened, &shared::api::RawUserData::new(), sender).await {
        Ok(()) | Err(SessionError::NotOpen | SessionError::Expired) => Ok(view.redirect(opened, None, None)),
        Err(SessionError::Invalid { missing_steps, .. }) => {
            let first = missing_steps.first().unwrap_or(&step.id);
            Ok(view.redirect(opened, Some(first), Some("check=1")))
        }
        Err(error) => Err(error.into()),
    }
}

/// The step of this id where the session is open.
fn open_step(opened: &Opened, id: &str, language: Language) -> Option<Step> {
    let steps = if opened.status == Status::Pending { opened.flow.definition.steps(language) } else { Vec::new() };
    steps.into_iter().find(|step| step.id == id)
}

async fn draw(
    context: &Context,
    opened: &Opened,
    view: &View,
    headers: &HeaderMap,
    step: &str,
    filled: Filled,
    status: StatusCode,
) -> Result<Response, ApiError> {
    draw_as(context, opened, view, device::of(&context.app, headers, &opened.id), step, filled, status).await
}

async fn draw_as(
    context: &Context,
    opened: &Opened,
    view: &View,
    device: Option<[u8; 32]>,
    step: &str,
    filled: Filled,
    status: StatusCode,
) -> Result<Response, ApiError> {
    let session = sessions::open::public(&context.app, opened, view.language).await?;
    let frames = match opened.flow.definition.allowed_origins() {
        [] => "'none'".to_owned(),
        origins => origins.join(" "),
    };
    let site = Site {
        options: context.options.clone(),
        pkg: context.site.pkg(),
        brand_css: Some(format!("/branding/{}/brand.css", opened.flow.id)),
        plain: view.plain,
        refresh: None,
        island: true,
    };
    let Some(shown_step) = session.step(step) else {
        let return_url = return_url(opened, session.status);
        let refresh = return_url.as_ref().map(|url| format!("{RETURN_AFTER};url={url}"));
        let refresh = refresh.or_else(|| (session.status == Status::Processing).then(|| REFRESH.to_string()));
        let site = Site { refresh, island: false, ..site };
        let page = move || view! { <StatusPage site=site.clone() session=session.clone() return_url=return_url.clone() /> };
        return Ok(render::html(frames, status, true, page).await);
    };
    let is_file = |name: &str| shown_step.field(name).is_some_and(|field| field.r#type == FieldType::Artifact);
    let (mut shown, elsewhere) = answers_of(context, opened, &session.steps, device).await?;
    shown.extend(filled.typed.into_iter().filter(|(name, _)| !name.starts_with('_') && !is_file(name)).collect());
    let data = Arc::new(FlowData {
        id: opened.id.expose().to_owned(),
        query: view.query(None),
        change: view.change,
        language: view.language,
        steps: session.steps.clone(),
        step: step.to_owned(),
        answers: shown,
        elsewhere,
        errors: filled.errors,
        words: words(view.language).flow.spoken(),
    });
    Ok(render::html(frames, status, view.plain, move || view! { <StepPage site=site.clone() session=session.clone() data=data.clone() /> }).await)
}

/// Where the customer goes now that the session is over, with nothing but its status appended.
fn return_url(opened: &Opened, status: Status) -> Option<String> {
    let mut url = url::Url::parse(opened.session.return_url.as_deref().filter(|_| status.is_terminal())?).ok()?;
    url.query_pairs_mut().append_pair("status", status.as_str());
    Some(url.into())
}

/// What this device saved, as a person would type it, and the fields that another device answered.
async fn answers_of(context: &Context, opened: &Opened, steps: &[Step], device: Option<[u8; 32]>) -> Result<(ByField<String>, Vec<String>), ApiError> {
    let saved = sessions::open::saved(&context.app, opened).await?;
    let artifacts = sessions::open::artifacts(&context.app, opened).await?;
    let mine = saved.of_device(device);
    let prefix = format!("/kyc-sessions/{}/artifacts/", opened.id.expose());
    let elsewhere = saved.answers.keys().filter(|name| !mine.contains_key(*name)).cloned().collect();
    let mut shown = ByField::default();
    for (name, answer) in &mine {
        let Some(field) = steps.iter().find_map(|step| step.field(name)) else { continue };
        let text = if field.r#type == FieldType::Artifact { picture(&artifacts, answer, &prefix) } else { field.r#type.typed(answer) };
        shown.set(name, text);
    }
    Ok((shown, elsewhere))
}

/// The address of a picture of a saved artifact: the image itself, or a sheet of paper.
fn picture(artifacts: &[Artifact], answer: &Answer, prefix: &str) -> String {
    let artifact = artifacts.iter().find(|artifact| artifact.id.to_string() == answer.text());
    let is_image = artifact.is_some_and(|artifact| artifact.media_type.starts_with("image/"));
    if is_image { format!("{prefix}{}", answer.text()) } else { "/file.svg".to_owned() }
}

/// The page for a link that opens nothing, and for trouble: the same for every id.
async fn neutral(context: &Context, headers: &HeaderMap, query: Option<&str>, error: &ApiError) -> Response {
    let language = language::of_nothing(headers, query);
    let Words { flow, page: words } = words(language);
    let status = StatusCode::from_u16(error.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (title, text) = match status {
        StatusCode::NOT_FOUND => (words.unknown_title, words.unknown_text),
        StatusCode::TOO_MANY_REQUESTS => (words.trouble_title, flow.too_many),
        _ => (words.trouble_title, words.trouble_text),
    };
    let site = Site { options: context.options.clone(), pkg: context.site.pkg(), brand_css: None, plain: true, refresh: None, island: false };
    let mut response = render::html("'none'".to_owned(), status, true, move || view! { <NeutralPage site=site.clone() language title text /> }).await;
    error.retry_after(response.headers_mut());
    response
}
