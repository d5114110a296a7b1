//! Reads request bodies within their limits. Every body must arrive fast enough (`pace.rs`). If a handler answers before it has read the
//! body, the rest is read and dropped first, within limits, so that the client receives the answer instead of a connection reset.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context as Poller, Poll},
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use http_body::{Body as _, Frame};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use shared::problem::Code;

use super::{
    connections::Connection,
    pace::{Paced, Refused},
    problems::ApiError,
    unique_keys::UniqueKeys,
};

/// The largest JSON body, where no other limit is named.
const MAX_JSON: MostJson = MostJson { bytes: 256 * 1024, words: "256 KiB (262144 bytes)" };
/// The most values of a urlencoded form. Further ones are ignored.
const MAX_PAIRS: usize = 200;
/// The time limit for a whole JSON body.
const JSON_TIME: Duration = Duration::from_secs(60);
/// The most bytes of a refused body that we read and drop.
const DRAIN_BYTES: usize = 32 * 1024 * 1024;
/// How much of it we read at once, in bytes, and how many bytes a second after that: reading what nobody needs must not take the processor
/// from others.
const DRAIN_AT_ONCE: usize = 2 * 1024 * 1024;
const DRAIN_RATE: usize = 4 * 1024 * 1024;
/// The time limit for reading a refused body.
const DRAIN_TIME: Duration = Duration::from_secs(10);

/// The value of `Content-Length`, if there is one.
pub fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether `Content-Type` is this media type. Its parameters do not matter.
pub fn is_media_type(headers: &HeaderMap, wanted: &str) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
}

/// 408 if reading a body failed because its sender was too slow, 413 if it came in too small chunks; `None` if it failed for another reason.
pub fn refused(error: &(dyn std::error::Error + 'static)) -> Option<ApiError> {
    Some(match Refused::cause_of(error)? {
        Refused::TooSlow => ApiError::new(
            Code::Timeout,
            "The body arrived too slowly: it needs 4 KiB/s once 10 s have passed, at most 30 s between two reads, and at most 15 minutes in all.",
        ),
        Refused::SmallChunks => {
            ApiError::new(Code::TooLarge, "The body came in too many chunks: after the first 64 KiB a chunk has at least 64 bytes, on average.")
        }
    })
}

/// Reads a urlencoded form of at most `most` bytes: names and values, in order. An empty body is an empty form.
///
/// # Errors
/// As [`whole`].
pub async fn urlencoded(request: Request, most: usize, too_large: &str) -> Result<Vec<(String, String)>, ApiError> {
    let bytes = whole(request.into_body(), most, too_large).await?;
    Ok(url::form_urlencoded::parse(&bytes).take(MAX_PAIRS).map(|(name, text)| (name.into_owned(), text.into_owned())).collect())
}

/// Reads the body of a form, of at most `most` bytes, to its end.
///
/// # Errors
/// 413 with the sentence `too_large` or for small chunks, 408, or 400 if it ends too early.
pub async fn whole(body: Body, most: usize, too_large: &str) -> Result<Bytes, ApiError> {
    let mut limited = Limited::new(body, most);
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| match refused(&*error) {
        Some(refused) => refused,
        None if error.is::<LengthLimitError>() => ApiError::new(Code::TooLarge, too_large),
        None => {
            let mut incomplete = ApiError::new(Code::InvalidRequest, "The form ended before it was whole.");
            incomplete.0.status = StatusCode::BAD_REQUEST.as_u16();
            incomplete
        }
    };
    // Copied, because each frame keeps the whole buffer that it was read into, and a sender may make a frame of each byte.
    let mut bytes = Vec::new();
    while let Some(frame) = limited.frame().await {
        if let Ok(data) = frame.map_err(&failed)?.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    Ok(bytes.into())
}

/// Reads a JSON body. Checks its size, then its media type, then its content.
///
/// # Errors
/// 413 with the limit, 415, 408 if it takes too long, or 400 with the position of the error in the JSON.
pub async fn json<T: DeserializeOwned>(request: Request) -> Result<T, ApiError> {
    parsed(&json_bytes(request).await?)
}

/// Reads the bytes of a JSON body. Checks its size, then its media type.
///
/// # Errors
/// 413, 415, 408
pub async fn json_bytes(request: Request) -> Result<Vec<u8>, ApiError> {
    json_bytes_up_to(request, MAX_JSON).await
}

/// The largest JSON body.
#[derive(Clone, Copy, Debug)]
pub struct MostJson {
    /// In bytes.
    pub bytes: usize,
    /// The same in words.
    pub words: &'static str,
}

/// As [`json_bytes`], with a limit of the caller's.
///
/// # Errors
/// 413, 415, 408
pub async fn json_bytes_up_to(request: Request, most: MostJson) -> Result<Vec<u8>, ApiError> {
    let too_large = || ApiError::new(Code::TooLarge, format!("A JSON body is at most {}.", most.words));
    if declared_length(request.headers()).is_some_and(|length| length > most.bytes as u64) {
        return Err(too_large());
    }
    if !is_media_type(request.headers(), "application/json") {
        return Err(ApiError::new(Code::UnsupportedMedia, "The body has to be application/json."));
    }
    let mut body = request.into_body();
    let read = async {
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| refused(&error).unwrap_or_else(|| ApiError::new(Code::InvalidJson, "The body ended before it was whole.")))?;
            if let Ok(data) = frame.into_data() {
                if bytes.len() + data.len() > most.bytes {
                    return Err(too_large());
                }
                bytes.extend_from_slice(&data);
            }
        }
        Ok(bytes)
    };
    let too_long = |_| ApiError::new(Code::Timeout, "A JSON body has to arrive within 60 s.");
    tokio::time::timeout(JSON_TIME, read).await.map_err(too_long)?
}

/// Parses a JSON object.
///
/// # Errors
/// 400 with the position of the error in the JSON.
pub fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(ApiError::new(Code::InvalidJson, "The body has to be a JSON object."));
    }
    // The position of an error, but never the content, which may be personal data.
    let refused = |what: &str, error: &serde_json::Error| {
        ApiError::new(Code::InvalidJson, format!("The body {what}, at line {}, column {}.", error.line(), error.column()))
    };
    if let Err(error) = serde_json::from_slice::<UniqueKeys>(bytes)
        && error.is_data()
    {
        return Err(refused("has an object with the same key twice", &error));
    }
    serde_json::from_slice(bytes).map_err(|error| refused("is not the JSON object that is wanted", &error))
}

/// A body that a handler may drop before its end. [`drain_refused`] keeps a second reference and can read the rest.
struct Shared(Arc<Mutex<Paced>>);

impl http_body::Body for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, poller: &mut Poller<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut body = self.0.lock().expect("nothing panics while it holds this lock");
        Pin::new(&mut *body).poll_frame(poller)
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().expect("nothing panics while it holds this lock").is_end_stream()
    }
}

/// Middleware: reads and drops the rest of a body that the handler did not read, then sends the answer. If the sender was too slow, or
/// another connection needs the place, it does not wait any longer: it closes the connection after the answer.
pub async fn drain_refused(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if body.is_end_stream() {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let connection = parts.extensions.get::<Arc<Connection>>().cloned();
    let body = Arc::new(Mutex::new(Paced::new(body, connection.clone())));
    let mut response = next.run(Request::from_parts(parts, Body::new(Shared(Arc::clone(&body))))).await;
    if response.status() == StatusCode::REQUEST_TIMEOUT {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        return response;
    }
    body.lock().expect("nothing panics while it holds this lock").refused();
    let rest = async {
        let mut rest = Shared(body);
        let (began, mut read) = (Instant::now(), 0);
        while let Some(Ok(frame)) = rest.frame().await {
            read += frame.data_ref().map_or(0, Bytes::len);
            if read > DRAIN_BYTES {
                break;
            }
            let due = Duration::from_millis((read.saturating_sub(DRAIN_AT_ONCE) * 1_000 / DRAIN_RATE) as u64);
            if let Some(early) = due.checked_sub(began.elapsed()) {
                tokio::time::sleep(early).await;
            }
        }
    };
    let needed_by_another = async {
        match connection {
            Some(connection) => connection.leave.cancelled().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::time::timeout(DRAIN_TIME, rest) => {}
        () = needed_by_another => {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use futures::StreamExt as _;

    use super::*;

    /// What a frame was read into.
    struct Buffer {
        _alive: Arc<()>,
    }

    impl AsRef<[u8]> for Buffer {
        fn as_ref(&self) -> &[u8] {
            b"a"
        }
    }

    #[tokio::test]
    async fn a_form_in_many_frames_keeps_none_of_their_buffers() {
        let alive = Arc::new(());
        let (counted, most) = (Arc::clone(&alive), Arc::new(Mutex::new(0)));
        let seen = Arc::clone(&most);
        let frames = futures::stream::iter(0..100).map(move |_| {
            let mut most = seen.lock().unwrap();
            *most = Arc::strong_count(&counted).max(*most);
            Ok::<_, std::io::Error>(Bytes::from_owner(Buffer { _alive: Arc::clone(&counted) }))
        });
        assert_eq!(whole(Body::from_stream(frames), 100, "").await.unwrap().len(), 100);
        assert!(*most.lock().unwrap() <= 4, "{most:?} buffers at once");
    }
}
