//! The pages of transactions: the list with its filters and its search, the queue, and one transaction with the form of its decision.

use app::{
    dashboard::{
        form::Refused,
        transaction::TransactionPage,
        transactions::{Filter, MORE, QueuePage, TRANSACTIONS, TransactionsPage},
    },
    words::dashboard::{Done, Refusal},
};
use axum::{
    Json,
    extract::{FromRequest as _, Request},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use serde_json::{Map, Value, json};
use shared::{
    problem::{Code, FieldCode, FieldFault, Problem},
    rule::{Currency, Style, TransactionStatus},
    session::Timestamp,
};

use super::{
    addresses::go,
    damaged,
    form::{Form, MAX_FORM, TOO_LARGE},
    ids::Ids,
    page::Page,
    revealed, searches,
};
use crate::{
    customers,
    http::{body, problems::ApiError},
    ids::{CustomerId, RowId as _, TransactionRef},
    operators::Visit,
    store::transaction_lists::Wanted,
    transactions::{
        review::{self, MAX_REASON, ReviewError},
        show,
    },
};

/// The inputs of a decision, which a page that is revealed keeps.
const DECISION: [&str; 2] = ["decision", "reason"];
/// Microseconds of a day.
const DAY: i64 = 24 * 3_600 * 1_000_000;

/// What the address asks for: the filter as the page shows it, and as the store takes it.
fn filter_of(page: &Page) -> (Filter, Wanted) {
    let query = page.pairs();
    let text = |name: &str| query.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text.trim());
    let mut more = Refused {
        faults: Vec::new(),
        typed: MORE.iter().map(|name| ((*name).to_owned(), text(name).to_owned())).filter(|(_, text)| !text.is_empty()).collect(),
    };
    let mut refuse = |name: &'static str, why: Refusal| more.faults.push((name.into(), why));
    let status: Option<TransactionStatus> = text("status").parse().ok();
    let currency = Currency::parse(text("currency"));
    let mut day = |name: &'static str, days: i64| {
        let at = shared::rfc3339::parse(&format!("{}T00:00:00Z", text(name)));
        if at.is_none() && !text(name).is_empty() {
            refuse(name, Refusal::BadDay);
        }
        at.map(|at| Timestamp(at.0 + days * DAY))
    };
    let (since, until) = (day("since", 0), day("until", 1));
    let mut amount = |name: &'static str| match (text(name), currency) {
        ("", _) => None,
        (_, None) => {
            refuse("currency", Refusal::NoCurrency);
            None
        }
        (typed, Some(currency)) => {
            let style = Style::Page(page.language);
            let amount = style.typed_amount(typed, currency);
            if amount.is_none() {
                refuse(name, Refusal::BadAmount(style.money(125_000, currency).trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ').to_owned()));
            }
            amount
        }
    };
    let (least, most) = (amount("least"), amount("most"));
    more.faults.dedup();
    let rule = Some(text("rule").to_owned()).filter(|rule| !rule.is_empty());
    let wanted = Wanted { customer: text("customer").parse().ok(), status, rule, currency, least, most, since, until };
    (Filter { status, more, ..Filter::default() }, wanted)
}

/// The list, or what a search did not find. A search that was refused leaves the list as it was.
async fn draw_list(page: &Page, status: StatusCode, refused: Refused) -> Result<Response, ApiError> {
    if let Some(redirect) = page.redirect(TRANSACTIONS, &refused) {
        return Ok(redirect);
    }
    let search = refused.typed("q");
    let data = if search.is_empty() || !refused.faults.is_empty() {
        let (filter, wanted) = filter_of(page);
        page.views().transactions(Filter { search, ..filter }, &wanted, page.before()).await?
    } else {
        page.views().no_transactions(Filter { search, ..Filter::default() }).await?
    };
    page.draw(status, false, move |site, viewer| view! { <TransactionsPage site viewer data=data.clone() refused=refused.clone() /> }).await
}

/// `GET /dashboard/transactions`
pub async fn list(page: Page) -> Result<Response, ApiError> {
    draw_list(&page, StatusCode::OK, page.kept()).await
}

/// `POST /dashboard/transactions`: a search by the whole id of a transaction or the whole reference of a customer. It is a POST, so that no
/// address contains what was searched.
pub async fn search(page: Page, visit: Visit, form: Form) -> Result<Response, ApiError> {
    let searched = form.text("q").to_owned();
    if searched.is_empty() {
        return Ok(Redirect::to(TRANSACTIONS).into_response());
    }
    searches::count(&page, &visit).await?;
    // An id may have been made of a number too.
    if !searches::may_find(&page, &searched) {
        let refused = searches::refused(&page, &searched, &visit).await;
        return draw_list(&page, StatusCode::FORBIDDEN, refused).await;
    }
    let kit = &page.context.app.kit;
    let transaction = show::find(kit, &searched).await?;
    let customer: Option<CustomerId> = if transaction.is_some() { None } else { customers::find(kit, &searched).await? };
    searches::audit(&page, customer).await?;
    match (transaction, customer) {
        (Some(transaction), _) => Ok(Redirect::to(&address(transaction, None)).into_response()),
        (None, Some(customer)) => Ok(Redirect::to(&format!("{TRANSACTIONS}?customer={customer}")).into_response()),
        (None, None) => draw_list(&page, StatusCode::OK, form.typed()).await,
    }
}

/// `GET /dashboard/transactions/queue`
pub async fn queue(page: Page) -> Result<Response, ApiError> {
    let after = page.query("after").and_then(|after| after.parse().ok()).map(TransactionRef::from_uuid);
    let data = page.views().queue(after).await?;
    page.draw(StatusCode::OK, false, move |site, viewer| view! { <QueuePage site viewer data=data.clone() /> }).await
}

/// The address of a transaction's page, revealed with this token.
fn address(transaction: TransactionRef, revealed: Option<&str>) -> String {
    revealed::at(&format!("{TRANSACTIONS}/{transaction}"), revealed)
}

async fn draw(page: &Page, transaction: TransactionRef, revealed: Option<String>, status: StatusCode, refused: Refused) -> Result<Response, ApiError> {
    let data = match page.views().transaction(transaction, revealed).await {
        Ok(data) => data,
        Err(error) => return damaged::page(page, &address(transaction, None), error).await,
    };
    if let Some(redirect) = page.redirect(&address(transaction, data.revealed.as_deref()), &refused) {
        return Ok(redirect);
    }
    page.draw(status, true, move |site, viewer| view! { <TransactionPage site viewer data=data.clone() refused=refused.clone() /> }).await
}

/// `GET /dashboard/transactions/{ref}`
pub async fn show(page: Page, Ids(transaction): Ids<TransactionRef>) -> Result<Response, ApiError> {
    let revealed = revealed::of_address(&page, transaction);
    draw(&page, transaction, revealed, StatusCode::OK, page.kept()).await
}

/// `POST /dashboard/transactions/{ref}/reveal`: the page keeps a decision that is typed but not sent yet.
pub async fn reveal(page: Page, Ids(transaction): Ids<TransactionRef>, form: Form) -> Result<Response, ApiError> {
    // The page's address has no room for a longer reason, and no decision takes one.
    if form.whole("reason").chars().count() > MAX_REASON {
        return draw(&page, transaction, None, StatusCode::UNPROCESSABLE_ENTITY, form.refused("reason", Refusal::BadReason)).await;
    }
    review::reveal(&page.context.app.kit, transaction, page.operator.id).await?;
    let revealed = revealed::address(&page, &address(transaction, None), transaction);
    Ok(Redirect::to(&page.keeping(&revealed, &form.typed_into(&DECISION))).into_response())
}

/// `POST /dashboard/transactions/{ref}/decision`: `decision` APPROVED or BLOCKED, and `reason`, as a form or as JSON. A browser's form leads on
/// to the page, or to the next transaction that waits; a program gets the status as JSON.
pub async fn decide(page: Page, Ids(transaction): Ids<TransactionRef>, request: Request) -> Result<Response, ApiError> {
    if page.is_form_of_browser() {
        let form = Form::from_request(request, &page.context).await?;
        return decide_by_form(&page, transaction, &form).await;
    }
    let fields: Map<String, Value> = if body::is_media_type(request.headers(), "application/json") {
        body::json(request).await?
    } else {
        body::urlencoded(request, MAX_FORM, TOO_LARGE).await?.into_iter().map(|(name, text)| (name, text.into())).collect()
    };
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let Ok(decision) = text("decision").parse::<TransactionStatus>() else {
        let fault = FieldFault::new("decision", FieldCode::NotAnOption, "A decision is APPROVED or BLOCKED.");
        return Err(ApiError(Box::new(Problem::new(Code::InvalidRequest, "Some fields need correcting.").with_errors(vec![fault]))));
    };
    review::decide(&page.context.app.kit, transaction, decision, text("reason"), page.operator.id).await?;
    Ok((StatusCode::OK, Json(json!({ "status": decision.as_str() }))).into_response())
}

async fn decide_by_form(page: &Page, transaction: TransactionRef, form: &Form) -> Result<Response, ApiError> {
    let refuse = |status, refused| draw(page, transaction, revealed::of_form(page, transaction, form), status, refused);
    let chosen = form.text("decision").parse::<TransactionStatus>();
    let decided = match chosen {
        Ok(decision) => review::decide(&page.context.app.kit, transaction, decision, form.whole("reason"), page.operator.id).await,
        Err(()) => Err(ReviewError::BadDecision),
    };
    match decided {
        Ok(()) if form.text("then") == "next" => {
            let next = page.views().next_waiting(transaction).await?;
            Ok(go(&next.map_or_else(|| format!("{TRANSACTIONS}/queue"), |next| address(next, None)), Done::Decided))
        }
        Ok(()) => Ok(go(&address(transaction, None), Done::Decided)),
        Err(ReviewError::BadDecision) => refuse(StatusCode::UNPROCESSABLE_ENTITY, form.refused("decision", Refusal::BadChoice)).await,
        Err(ReviewError::BadReason) => refuse(StatusCode::UNPROCESSABLE_ENTITY, form.refused("reason", Refusal::BadReason)).await,
        Err(ReviewError::NotInReview(_)) => refuse(StatusCode::CONFLICT, form.refused("", Refusal::NotInReview)).await,
        Err(error) => Err(error.into()),
    }
}
