//! `GET /kyc-sessions/{id}/events`: a session's status and progress as they change (server-sent events). The current state
//! comes first; the stream ends with a terminal status and with the server.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

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

use super::{Context, path::Segments, problems::ApiError, session_api, visitor::Visitor};
use crate::{
    model::SessionRef,
    operators,
    sessions::{self, SessionError, open::Opened, watch::News, watch::Watch},
};

/// Streams of one session at once.
const OF_A_SESSION: usize = 4;
/// Streams of the process at once.
const OF_A_PROCESS: usize = 1_000;
/// How often a session is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often a silent stream says that it is there.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Seconds after which a refused stream may find a place.
const RETRY_AFTER: u64 = 15;

/// Whose streams they are, so that operators take no place from the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Side {
    Customer,
    Operators,
}

/// The streams that are open, by session and side.
#[derive(Default)]
pub struct Streams(Mutex<HashMap<(SessionRef, Side), usize>>);

/// One stream's place among them, until it is dropped.
struct Place {
    streams: Arc<Streams>,
    session: (SessionRef, Side),
}

impl Streams {
    fn enter(self: &Arc<Self>, session: (SessionRef, Side)) -> Result<Place, &'static str> {
        let mut open = self.0.lock().expect("nothing panics while it holds this lock");
        if open.get(&session).is_some_and(|count| *count >= OF_A_SESSION) {
            return Err("A session has at most 4 event streams.");
        }
        if open.values().sum::<usize>() >= OF_A_PROCESS {
            return Err("There are at most 1,000 event streams at once.");
        }
        *open.entry(session).or_default() += 1;
        Ok(Place { streams: Arc::clone(self), session })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock().expect("nothing panics while it holds this lock");
        if let Some(count) = open.get_mut(&self.session) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.session);
            }
        }
    }
}

/// `GET /kyc-sessions/{id}/events`
pub async fn events(State(context): State<Context>, Segments(id): Segments<String>, visitor: Visitor) -> Result<Response, ApiError> {
    follow(context.clone(), session_api::open(&context, &id, &visitor).await?, None).await
}

/// The same for an operator, who knows the session by its ref. It ends with the sign-in that this token stands for.
///
/// # Errors
/// 404, 429
pub async fn of_ref(context: Context, session: SessionRef, token: String) -> Result<Response, ApiError> {
    let opened = sessions::open::by_ref(&context.app, session).await?;
    follow(context, opened, Some(token)).await
}

async fn follow(context: Context, opened: Opened, token: Option<String>) -> Result<Response, ApiError> {
    let session = (opened.session.r#ref, if token.is_some() { Side::Operators } else { Side::Customer });
    let place = context.streams.enter(session).map_err(|limit| ApiError::rate_limited(limit, RETRY_AFTER))?;
    let mut watch = Watch::new(opened);
    let first = watch.look(&context.app).await?;
    let stop = context.stop.clone();
    let events = stream::iter(told(first)).chain(changes(context, watch, place, token)).take_until(stop.cancelled_owned());
    let heartbeat = KeepAlive::new().interval(HEARTBEAT).text("heartbeat");
    let mut response = Sse::new(events.map(Ok::<_, Infallible>)).keep_alive(heartbeat).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that collect answers before they pass them on are asked not to.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn event(name: &str, data: &impl serde::Serialize) -> Event {
    Event::default().event(name).json_data(data).expect("a status and names of steps serialise")
}

fn told(news: News) -> Vec<Event> {
    let status = news.status.map(|status| event("status", &json!({ "status": status })));
    let progress = news.progress.map(|progress| event("progress", &progress));
    status.into_iter().chain(progress).collect()
}

/// What changes from now on, until nothing can any more, or whoever follows is signed out.
fn changes(context: Context, watch: Watch, place: Place, token: Option<String>) -> impl Stream<Item = Event> {
    stream::unfold((context, watch, place, token), |(context, mut watch, place, token)| async move {
        while !watch.is_over() {
            tokio::time::sleep(LOOK_EVERY).await;
            if let Some(token) = &token
                && !operators::is_signed_in(&context.app, token).await.unwrap_or(false)
            {
                break;
            }
            match watch.look(&context.app).await {
                Ok(news) if news != News::default() => return Some((stream::iter(told(news)), (context, watch, place, token))),
                Ok(_) => {}
                Err(SessionError::NotFound) => break,
                // The next look finds what this one missed.
                Err(error) => debug!(%error, "a session that is followed could not be looked at"),
            }
        }
        None
    })
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_by_session_and_in_all_and_come_back() {
        let streams = Arc::new(Streams::default());
        let session = |number: usize| (SessionRef::from_u128(number as u128), Side::Customer);
        let mut open: Vec<Place> = (0..OF_A_PROCESS).map(|at| streams.enter(session(at / OF_A_SESSION)).expect("there is room")).collect();
        assert!(streams.enter(session(0)).is_err_and(|limit| limit.contains("4 event streams")));
        drop(open.pop());
        let operators = streams.enter((session(0).0, Side::Operators)).expect("operators take no place from the customer");
        open.push(operators);
        assert!(streams.enter(session(OF_A_PROCESS)).is_err_and(|limit| limit.contains("1,000 event streams")));
        open.truncate(OF_A_PROCESS - OF_A_SESSION);
        assert!(streams.enter(session(OF_A_PROCESS)).is_ok());
        open.clear();
        assert!(streams.0.lock().unwrap().is_empty(), "nothing is kept of sessions that nobody follows");
    }
}
