//! The pages of the lists that rules ask, and what administrators do with a list.

use app::{
    dashboard::{
        form::Refused,
        lists::{ListPage, ListsPage},
    },
    words::dashboard::{Done, ListRefusal, Refusal},
};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use futures::{
    future,
    stream::{self, StreamExt as _, TryStreamExt as _},
};
use leptos::prelude::*;
use shared::{
    problem::Code,
    rfc3339,
    role::May,
    rule::{ListFault, ListKind},
    session::Timestamp,
};

use super::{addresses::go, damaged, form::Form, ids::Ids, page::Page, revealed, searches};
use crate::{
    http::{multipart, problems::ApiError},
    ids::{EntryId, ListId},
    lists::{
        self, ListError, MOST_BYTES, MOST_MIB,
        csv::{self, Row},
    },
    operators::Visit,
};

const LISTS: &str = "/dashboard/lists";
/// The faults of a file that a page names.
const NAMED_FAULTS: usize = 20;

fn path(list: ListId) -> String {
    format!("{LISTS}/{list}")
}

async fn draw_all(page: &Page, status: StatusCode, refused: Refused) -> Result<Response, ApiError> {
    if status != StatusCode::OK
        && let Some(redirect) = page.redirect(LISTS, &refused)
    {
        return Ok(redirect);
    }
    let lists = page.views().lists().await?;
    page.draw(status, false, move |site, viewer| view! { <ListsPage site viewer lists=lists.clone() refused=refused.clone() /> }).await
}

/// Draws a list, or leads a browser back to it from a form.
async fn draw(page: &Page, list: ListId, token: Option<String>, status: StatusCode, refused: Refused) -> Result<Response, ApiError> {
    if let Some(redirect) = page.redirect(&revealed::at(&path(list), token.as_deref()), &refused) {
        return Ok(redirect);
    }
    let search = if refused.fault("q").is_none() { refused.typed("q") } else { String::new() };
    let data = match page.views().list(list, page.before(), &search, token).await {
        Ok(data) => data,
        Err(error) => return damaged::page(page, &path(list), error).await,
    };
    page.draw(status, false, move |site, viewer| view! { <ListPage site viewer data=data.clone() refused=refused.clone() /> }).await
}

/// Answers a form about a list that was refused.
async fn refuse(page: &Page, list: ListId, token: Option<String>, refused: Refused) -> Result<Response, ApiError> {
    draw(page, list, token, StatusCode::UNPROCESSABLE_ENTITY, refused).await
}

/// `GET /dashboard/lists`
pub async fn index(page: Page) -> Result<Response, ApiError> {
    draw_all(&page, StatusCode::OK, page.kept()).await
}

/// `POST /dashboard/lists`: makes a list.
pub async fn create(page: Page, form: Form) -> Result<Response, ApiError> {
    let refuse = async |input, why| draw_all(&page, StatusCode::UNPROCESSABLE_ENTITY, form.refused(input, why)).await;
    let Ok(kind) = form.text("kind").parse::<ListKind>() else { return refuse("kind", Refusal::BadChoice).await };
    match lists::create(&page.context.app.kit, form.text("name"), kind, page.operator.actor()).await {
        Ok(list) => Ok(go(&path(list), Done::ListCreated)),
        Err(ListError::Name) => refuse("name", Refusal::List(ListRefusal::BadName)).await,
        Err(ListError::Taken) => refuse("name", Refusal::List(ListRefusal::Taken)).await,
        Err(error) => Err(error.into()),
    }
}

/// `GET /dashboard/lists/{id}`
pub async fn show(page: Page, Ids(list): Ids<ListId>) -> Result<Response, ApiError> {
    let token = revealed::of_address(&page, list);
    draw(&page, list, token, StatusCode::OK, page.kept()).await
}

/// `POST /dashboard/lists/{id}/search`: looks up a whole value. It is a POST, so that the value is in no address.
pub async fn search(page: Page, visit: Visit, Ids(list): Ids<ListId>, form: Form) -> Result<Response, ApiError> {
    let token = revealed::of_form(&page, list, &form);
    let value = form.text("q").to_owned();
    if value.is_empty() {
        return draw(&page, list, token, StatusCode::OK, Refused::default()).await;
    }
    searches::count(&page, &visit).await?;
    let known = lists::by_id(&page.context.app.kit, list).await?;
    if lists::is_number(known.kind, &value) && !page.may(May::Review) {
        let refused = searches::refused(&page, &value, &visit).await;
        return draw(&page, list, token, StatusCode::FORBIDDEN, refused).await;
    }
    searches::audit(&page, None).await?;
    draw(&page, list, token, StatusCode::OK, form.typed_into(&["q"])).await
}

/// `POST /dashboard/lists/{id}/reveal`
pub async fn reveal(page: Page, Ids(list): Ids<ListId>) -> Result<Response, ApiError> {
    lists::by_id(&page.context.app.kit, list).await?;
    lists::reveal(&page.context.app.kit, list, page.operator.actor()).await?;
    Ok(Redirect::to(&revealed::address(&page, &path(list), list)).into_response())
}

/// A time as a browser's field has it, in UTC, or as in RFC 3339.
fn time(form: &Form, input: &'static str) -> Result<Option<Timestamp>, Refused> {
    let text = form.text(input);
    let read = || [text.to_owned(), format!("{text}Z"), format!("{text}:00Z")].iter().find_map(|text| rfc3339::parse(text));
    if text.is_empty() {
        return Ok(None);
    }
    read().map(Some).ok_or_else(|| form.refused(input, Refusal::List(ListRefusal::Fault(ListFault::Time(input.to_owned())))))
}

/// `POST /dashboard/lists/{id}/entries`: adds a value.
pub async fn add(page: Page, Ids(list): Ids<ListId>, form: Form) -> Result<Response, ApiError> {
    let token = revealed::of_form(&page, list, &form);
    let known = lists::by_id(&page.context.app.kit, list).await?;
    let value = form.text("value").to_owned();
    let (from, until) = match time(&form, "from").and_then(|from| Ok((from, time(&form, "until")?))) {
        Ok(times) => times,
        Err(refused) => return refuse(&page, list, token, refused).await,
    };
    let why = if value.is_empty() {
        ("value", ListRefusal::Fault(ListFault::NoValue))
    } else {
        let note = Some(form.text("note").to_owned()).filter(|note| !note.is_empty());
        match lists::add(&page.context.app.kit, &known.name, &Row { line: 0, value, note, from, until }, page.operator.actor()).await {
            Ok(()) => return Ok(go(&revealed::at(&path(list), token.as_deref()), Done::EntryAdded)),
            Err(ListError::Entry(fault @ ListFault::Ends)) => ("until", ListRefusal::Fault(fault)),
            Err(ListError::Entry(fault @ ListFault::Note)) => ("note", ListRefusal::Fault(fault)),
            Err(ListError::Entry(fault)) => ("value", ListRefusal::Fault(fault)),
            Err(ListError::Known) => ("value", ListRefusal::Known),
            Err(ListError::Full) => ("value", ListRefusal::Full),
            Err(error) => return Err(error.into()),
        }
    };
    refuse(&page, list, token, form.refused(why.0, Refusal::List(why.1))).await
}

/// `POST /dashboard/lists/{id}/entries/{entry}/end`
pub async fn end(page: Page, Ids((list, entry)): Ids<(ListId, EntryId)>, form: Form) -> Result<Response, ApiError> {
    let token = revealed::of_form(&page, list, &form);
    lists::end(&page.context.app.kit, list, entry, page.operator.actor()).await?;
    Ok(go(&revealed::at(&path(list), token.as_deref()), Done::EntryEnded))
}

/// The file of an import; `None` if none was chosen.
async fn file(request: Request) -> Result<Option<Vec<u8>>, ApiError> {
    let headers = request.headers().clone();
    let mut form = multipart::Form::of(&headers, request, 2)?;
    while let Some(mut part) = form.next().await? {
        if part.name() == "file" {
            let mut bytes = Vec::new();
            while let Some(chunk) = part.chunk().await? {
                bytes.extend_from_slice(&chunk);
            }
            return Ok(Some(bytes).filter(|bytes| !bytes.is_empty()));
        }
    }
    Ok(None)
}

/// `POST /dashboard/lists/{id}/import`: replaces what is in the list by a file.
pub async fn import(page: Page, Ids(list): Ids<ListId>, request: Request) -> Result<Response, ApiError> {
    let known = lists::by_id(&page.context.app.kit, list).await?;
    let why = match file(request).await?.map(|bytes| if bytes.len() > MOST_BYTES { Err(None) } else { String::from_utf8(bytes).map_err(Some) }) {
        None => vec![ListRefusal::NoFile],
        Some(Err(None)) => vec![ListRefusal::LargeFile(MOST_MIB)],
        Some(Err(Some(_))) => vec![ListRefusal::NotText],
        Some(Ok(text)) => match lists::import::import(&page.context.app.kit, &known.name, None, text, page.operator.actor()).await {
            Ok(_) => return Ok(go(&path(list), Done::ListImported)),
            Err(ListError::Full | ListError::Long) => vec![ListRefusal::Full],
            Err(ListError::Faults(faults)) => {
                let more = faults.len().saturating_sub(NAMED_FAULTS);
                let named = faults.into_iter().take(NAMED_FAULTS).map(|fault| ListRefusal::Line(fault.line, fault.reason));
                named.chain((more > 0).then_some(ListRefusal::More(more))).collect()
            }
            Err(error) => return Err(error.into()),
        },
    };
    let faults = why.into_iter().map(|why| ("file".into(), Refusal::List(why))).collect();
    refuse(&page, list, None, Refused { faults, typed: Vec::new() }).await
}

/// `GET /dashboard/lists/{id}/export`: the list as CSV, with whole values.
pub async fn export(page: Page, Ids(list): Ids<ListId>) -> Result<Response, ApiError> {
    let known = lists::by_id(&page.context.app.kit, list).await?;
    let rows = lists::export(&page.context.app.kit, &known.name, page.operator.actor()).await?;
    let name = HeaderValue::from_str(&format!("attachment; filename=\"{}.csv\"", known.name));
    let name = name.map_err(|_| ApiError::new(Code::Internal, "The name of the list is damaged."))?;
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")), (header::CONTENT_DISPOSITION, name)];
    let file = stream::once(future::ready(Ok(csv::header()))).chain(rows.map_ok(|rows| csv::lines(&rows)));
    Ok((headers, Body::from_stream(file)).into_response())
}
