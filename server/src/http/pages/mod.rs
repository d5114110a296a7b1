//! The customer's pages: a page for each step, the status, and the POST of a step's form with a redirect. Without script this is
//! the whole flow. [`advance`] decides what comes after a step.

mod draw;
mod links;
mod view;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use shared::{
    answers,
    flow::{FieldType, Step},
    language::Language,
    problem::{Code, FieldFault},
    session::Status,
};

use self::{
    draw::{Filled, neutral, status_page, step_page},
    view::View,
};
use super::{
    Context,
    dashboard::reader::is_browser,
    device, forms, language,
    path::Segments,
    problems::ApiError,
    session_api::{normalised, open},
    visitor::Visitor,
};
use crate::{
    model::{Device, Visit},
    sessions::{
        self,
        advance::{self, AdvanceError, Advanced, advance},
        complete::CompleteError,
        open::Opened,
        save::{self, Invalid, SaveError, Sender},
    },
};

/// A part of an address: the field of a file that was just taken, and that opens only with a password.
const NOTE: &str = "file";

/// `GET /verify/{id}`: goes on to the first step that is not done. Once the session is not open, shows its status.
pub async fn start(State(context): State<Context>, Segments(id): Segments<String>, visitor: Visitor, request: Request) -> Response {
    let (headers, query) = (request.headers(), request.uri().query());
    let answered = async {
        let (opened, is_exact) = open_link(&context, &id, &visitor).await?;
        let view = View::of(headers, query, &opened);
        if !is_exact {
            return Ok(view.redirect(&opened, None, None));
        }
        if opened.status != Status::Pending {
            let device = device::of(&context.app.kit, headers, &opened.id);
            let noted = language::query(query, NOTE).map(str::to_owned);
            return status_page(&context, &opened, &view, device, noted).await;
        }
        let public = sessions::open::public(&context.app.kit, &opened, view.language).await?;
        Ok(view.redirect(&opened, public.progress.current.as_deref(), None))
    };
    or_neutral(&context, headers, query, answered.await).await
}

/// `GET /verify/{id}/{step}`
pub async fn step(State(context): State<Context>, Segments((id, step)): Segments<(String, String)>, visitor: Visitor, request: Request) -> Response {
    let (headers, query) = (request.headers(), request.uri().query());
    let answered = async {
        let (opened, is_exact) = open_link(&context, &id, &visitor).await?;
        let view = View::of(headers, query, &opened);
        let meant = meant_step(&opened, &step);
        if !is_exact || meant.as_ref() != Some(&step) {
            return Ok(view.redirect(&opened, meant.as_deref(), None));
        }
        let checked = language::query(query, "check").and_then(|_| open_step(&context, &opened, &step, view.language));
        let errors = match checked {
            Some(step) => save::faults_as_saved(&context.app.kit, &opened, &step).await?,
            None => Vec::new(),
        };
        let device = device::of(&context.app.kit, headers, &opened.id);
        let noted = language::query(query, NOTE).map(str::to_owned);
        step_page(&context, &opened, &view, device, &step, Filled { errors, noted, ..Filled::default() }, StatusCode::OK).await
    };
    or_neutral(&context, headers, query, answered.await).await
}

/// `GET /verify/{id}/` leads to `/verify/{id}`.
pub async fn start_with_slash(State(context): State<Context>, Segments(id): Segments<String>, visitor: Visitor, request: Request) -> Response {
    lead_on(&context, (&id, ""), &visitor, request.headers(), request.uri().query()).await
}

/// `GET /verify/{id}/{step}/` leads to `/verify/{id}/{step}`.
pub async fn step_with_slash(State(context): State<Context>, Segments((id, step)): Segments<(String, String)>, visitor: Visitor, request: Request) -> Response {
    lead_on(&context, (&id, &step), &visitor, request.headers(), request.uri().query()).await
}

async fn lead_on(context: &Context, (id, step): (&str, &str), visitor: &Visitor, headers: &HeaderMap, query: Option<&str>) -> Response {
    let answered = async {
        let (opened, _) = open_link(context, id, visitor).await?;
        let view = View::of(headers, query, &opened);
        Ok(view.redirect(&opened, meant_step(&opened, step).as_deref(), None))
    };
    or_neutral(context, headers, query, answered.await).await
}

/// `GET /`, `/verify` and `/verify/`: a person gets the page for a link to no session, a program the problem.
pub async fn nowhere(State(context): State<Context>, request: Request) -> Response {
    let error = ApiError::not_found();
    if !is_browser(request.headers()) {
        return error.into_response();
    }
    neutral(&context, request.headers(), request.uri().query(), &error).await
}

/// Opens the session of a link. The second value says whether the link is exact. An id that somebody changed a little on its way is
/// looked up as it was meant, and counts as an unknown one where there is no such session.
async fn open_link(context: &Context, id: &str, visitor: &Visitor) -> Result<(Opened, bool), ApiError> {
    let meant = links::meant(id);
    Ok((open(context, &meant, visitor).await?, meant == id))
}

/// `POST /verify/{id}/{step}`: saves the step and goes on. After the last step, completes the session.
pub async fn post(State(context): State<Context>, Segments((id, step)): Segments<(String, String)>, visitor: Visitor, request: Request) -> Response {
    let headers = request.headers().clone();
    let query = request.uri().query().map(str::to_owned);
    let answered = async {
        let opened = open(&context, &id, &visitor).await?;
        posted(&context, opened, &step, &visitor, &headers, query.as_deref(), request).await
    };
    or_neutral(&context, &headers, query.as_deref(), answered.await).await
}

async fn or_neutral(context: &Context, headers: &HeaderMap, query: Option<&str>, answered: Result<Response, ApiError>) -> Response {
    match answered {
        Ok(response) => response,
        Err(error) => neutral(context, headers, query, &error).await,
    }
}

async fn posted(
    context: &Context,
    opened: Opened,
    step_id: &str,
    visitor: &Visitor,
    headers: &HeaderMap,
    query: Option<&str>,
    request: Request,
) -> Result<Response, ApiError> {
    let mut view = View::of(headers, query, &opened);
    let Some(step) = open_step(context, &opened, step_id, view.language) else { return Ok(view.redirect(&opened, None, None)) };
    let known = device::known_or_new(&context.app.kit, headers, &opened).await?;
    let form = match forms::read(context, &opened, &step, known.device, headers, request).await {
        Err(error) if matches!(error.0.code, Code::Conflict | Code::Expired) => return Ok(view.redirect(&opened, None, None)),
        Err(error) if matches!(error.0.code, Code::Timeout | Code::TooLarge) => return refused(context, &opened, &view, known.device, &step, error).await,
        form => form?.with_days(&step),
    };
    let chosen = form.texts.get("_lang").and_then(|tag| Language::from_tag(tag));
    let device = known.device;
    let response = if let Some(language) = chosen {
        // A cookie remembers the choice. The addresses must name it too, because they count for more than the cookie.
        view.language = language;
        view.chosen = Some(language);
        let filled = Filled { typed: form.texts, errors: form.file_faults, noted: None };
        step_page(context, &opened, &view, Some(device), step_id, filled, StatusCode::OK).await?
    } else {
        let visit = device::visit(&context.app.kit, headers, &known, visitor.address);
        save_and_go_on(context, &opened, &view, &step, (device, visit), form).await?
    };
    // A form that was refused or only changes the language has written nothing, unless a file of it was kept.
    let wrote = response.status() == StatusCode::SEE_OTHER || sessions::open::has_written_now(&context.app.kit, &opened, device).await?;
    let mut response = if wrote { known.set_on(response) } else { response };
    if let Some(cookie) = chosen.and_then(|language| language::set_cookie(&context.app.kit, language)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The form was too large or too slow to read: shows the step again, which says so beside its first file.
async fn refused(context: &Context, opened: &Opened, view: &View, device: Device, step: &Step, error: ApiError) -> Result<Response, ApiError> {
    let Some(field) = step.fields.iter().find(|field| field.r#type == FieldType::Artifact) else { return Err(error) };
    let status = StatusCode::from_u16(error.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let fault = FieldFault::refused_file(&*field.name, error.0.code);
    step_page(context, opened, view, Some(device), &step.id, Filled { errors: vec![fault], ..Filled::default() }, status).await
}

/// Saves the step and leads to what follows, or shows the step again with what is wrong.
async fn save_and_go_on(
    context: &Context,
    opened: &Opened,
    view: &View,
    step: &Step,
    (device, visit): (Device, Visit),
    form: forms::Posted,
) -> Result<Response, ApiError> {
    let values = normalised(answers::from_form(step, |name| form.texts.get(name).cloned()));
    let filled = advance::Filled { step, values: &values, refused_files: form.file_faults, from_review: view.change };
    let sender = Sender { device: Some(device), language: view.language };
    let note = form.locked.first().map(|field| format!("{NOTE}={field}"));
    match advance(&context.app.kit, &context.app.lifecycle, opened, filled, sender, &visit).await {
        Ok(Advanced::Step(next)) => Ok(view.redirect(opened, Some(&next), note.as_deref())),
        Ok(Advanced::Missing(step)) => Ok(view.redirect(opened, Some(&step), Some("check=1"))),
        Ok(Advanced::Submitted) => Ok(view.redirect(opened, None, note.as_deref())),
        // Another request was first, or the time is up: the session's own page says so.
        Err(AdvanceError::Save(SaveError::Closed(_)) | AdvanceError::Complete(CompleteError::Closed(_))) => Ok(view.redirect(opened, None, None)),
        Err(AdvanceError::Save(SaveError::Invalid(Invalid { faults: errors, .. }))) => {
            let filled = Filled { typed: form.texts, errors, noted: None };
            step_page(context, opened, view, Some(device), &step.id, filled, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The id of the step that a link names, as it stands or as it was meant, if the session is open.
fn meant_step(opened: &Opened, step: &str) -> Option<String> {
    let is_known = |id: &String| opened.status == Status::Pending && opened.flow.definition.has_step(id);
    [step.to_owned(), links::meant(step)].into_iter().find(is_known)
}

/// The step with this id, if the session is open.
fn open_step(context: &Context, opened: &Opened, id: &str, language: Language) -> Option<Step> {
    let now = context.app.kit.ambient.now();
    let steps = if opened.status == Status::Pending { opened.flow.definition.steps_at(language, now) } else { Vec::new() };
    steps.into_iter().find(|step| step.id == id)
}
