//! Only in debug builds: an event stream that ends when the server ends, so that a page of `make dev` knows when to reload.

use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use futures::StreamExt as _;

use super::Context;

/// `GET /dev/reload.js`: reloads the page when the stream is back.
pub async fn script() -> Response {
    let script = "let lost=false;const events=new EventSource('/dev/reload');events.onerror=()=>{lost=true};events.onopen=()=>{if(lost)location.reload()};";
    ([(header::CONTENT_TYPE, "text/javascript")], script).into_response()
}

/// `GET /dev/reload`
pub async fn reload(State(context): State<Context>) -> Response {
    let hello = futures::stream::once(async { Ok::<_, std::convert::Infallible>("retry: 300\n\n") });
    let until_the_end = futures::stream::pending().take_until(context.stop.clone().cancelled_owned());
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(hello.chain(until_the_end))).into_response()
}
