//! `GET /kyc-sessions/{id}/events`: a stream of server-sent events with a session's status and progress. It begins with the present state
//! and ends after a terminal status, or when the server ends.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt as _, stream};
use serde_json::json;
use tracing::debug;

use super::{
    Context,
    path::Segments,
    problems::ApiError,
    session_api,
    streams::{Place, Side},
    visitor::Visitor,
};
use crate::{
    ids::SessionRef,
    operators,
    sessions::{
        self,
        open::{OpenError, Opened},
        watch::{News, Watch},
    },
};

/// How often we read the session.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often a stream without events sends a comment, so that the connection stays open.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// The seconds in `Retry-After` of a stream that was refused.
const RETRY_AFTER: u64 = 15;

/// `GET /kyc-sessions/{id}/events`
pub async fn events(State(context): State<Context>, Segments(id): Segments<String>, visitor: Visitor) -> Result<Response, ApiError> {
    follow(context.clone(), session_api::open(&context, &id, &visitor).await?, &visitor, None).await
}

/// The same stream for an operator, by the session's ref. It ends when the sign-in with this token ends.
///
/// # Errors
/// 404, 429
pub async fn of_ref(context: Context, session: SessionRef, visitor: &Visitor, token: String) -> Result<Response, ApiError> {
    let opened = sessions::open::by_ref(&context.app.kit, session).await?;
    follow(context, opened, visitor, Some(token)).await
}

async fn follow(context: Context, opened: Opened, visitor: &Visitor, token: Option<String>) -> Result<Response, ApiError> {
    let key = (opened.session.r#ref, if token.is_some() { Side::Operators } else { Side::Customer });
    let place = context.streams.enter(key, visitor.counted_as()).map_err(|limit| ApiError::rate_limited(limit, RETRY_AFTER))?;
    let mut watch = Watch::new(opened);
    let first = watch.look(&context.app.kit).await?;
    let stop = context.stop.clone();
    let events = stream::iter(events_of(first)).chain(changes(context, watch, place, token)).take_until(stop.cancelled_owned());
    let heartbeat = KeepAlive::new().interval(HEARTBEAT).text("heartbeat");
    let mut response = Sse::new(events.map(Ok::<_, Infallible>)).keep_alive(heartbeat).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Asks proxies not to buffer the stream.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn event(name: &str, data: &impl serde::Serialize) -> Event {
    Event::default().event(name).json_data(data).expect("a status and names of steps serialise")
}

fn events_of(news: News) -> Vec<Event> {
    let status = news.status.map(|status| event("status", &json!({ "status": status })));
    let progress = news.progress.map(|progress| event("progress", &progress));
    status.into_iter().chain(progress).collect()
}

/// The events from now on, until the status is terminal or the operator is signed out.
fn changes(context: Context, watch: Watch, place: Place, token: Option<String>) -> impl Stream<Item = Event> {
    stream::unfold((context, watch, place, token), |(context, mut watch, place, token)| async move {
        while !watch.is_over() {
            tokio::time::sleep(LOOK_EVERY).await;
            if let Some(token) = &token
                && !operators::is_signed_in(&context.app.kit, token).await.unwrap_or(false)
            {
                break;
            }
            match watch.look(&context.app.kit).await {
                Ok(news) if news != News::default() => return Some((stream::iter(events_of(news)), (context, watch, place, token))),
                Ok(_) => {}
                Err(OpenError::NotFound) => break,
                // The next look tries again.
                Err(error) => debug!(%error, "a watched session could not be read"),
            }
        }
        None
    })
    .flatten()
}
