//! Uploads. The island sends each file as soon as the customer chooses it, and shows the progress, so that Continue has little left
//! to send.

use std::cell::RefCell;

use gloo_timers::future::TimeoutFuture;
use js_sys::{JSON, Reflect};
use leptos::{prelude::*, task::spawn_local};
use shared::{
    by_field::ByField,
    flow::Field,
    problem::{Code, Problem},
};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FormData, HtmlInputElement, ProgressEvent, Url, XmlHttpRequest};

use crate::{
    components::{
        host::Sent,
        photo::{FILE, LOCKED},
    },
    islands::{
        browser, faults, json,
        request::{self, Unanswered},
        state::{FlowState, Uploads},
    },
};

/// How long one upload may take, in milliseconds. The server allows the same.
const LONGEST_MS: u32 = 15 * 60 * 1_000;

/// The largest file that the server accepts, in bytes. The island refuses a larger one without sending it.
const MAX_BYTES: f64 = 10.0 * 1024.0 * 1024.0;

/// The last file that the customer chose for each field, with its number, and the requests that are running. Only the last file
/// of a field counts.
#[derive(Default)]
struct Order {
    chosen: ByField<(u32, File)>,
    under_way: ByField<XmlHttpRequest>,
}

thread_local! {
    static ORDER: RefCell<Order> = RefCell::default();
}

fn is_latest(field: &str, number: u32) -> bool {
    ORDER.with_borrow(|order| order.chosen.get(field).is_some_and(|(latest, _)| *latest == number))
}

/// The file that the form holds for a field, else the one that the customer chose for it before.
pub fn to_send(form: &FormData, field: &str) -> Option<File> {
    let files = form.get_all(field);
    let mut files = files.iter().filter_map(|value| value.dyn_into::<File>().ok());
    files.find(|file| file.size() > 0.0).or_else(|| ORDER.with_borrow(|order| order.chosen.get(field).map(|(_, file)| file.clone())))
}

/// Forgets a file that the server, or the phone, refused. One that only failed is sent again with Continue.
pub fn forget_refused(field: &str, uploads: Uploads) {
    match uploads.get_untracked(field) {
        Some(Sent::Refused(_)) => {
            ORDER.with_borrow_mut(|order| order.chosen.remove(field));
            uploads.set(field, None);
        }
        Some(Sent::Failed(_)) => uploads.set(field, None),
        _ => {}
    }
}

/// Waits until no earlier file of this field is being sent, and stops one that has not left yet. False if the customer chose a
/// later file meanwhile.
async fn my_turn(field: &str, number: u32, uploads: Uploads) -> bool {
    loop {
        let earlier = ORDER.with_borrow(|order| order.under_way.get(field).cloned());
        let latest = is_latest(field, number);
        match earlier {
            _ if !latest => return false,
            None => return true,
            Some(request) => {
                if !matches!(uploads.get_untracked(field), Some(Sent::Sending(100))) {
                    let _ = request.abort();
                }
                TimeoutFuture::new(50).await;
            }
        }
    }
}

/// The customer chose a file: sends it.
pub fn chosen(event: &web_sys::Event, field: &Field, flow: FlowState) {
    let input: Option<HtmlInputElement> = event.target().and_then(|target| target.dyn_into().ok());
    let Some(file) = input.and_then(|input| input.files()).and_then(|files| files.get(0)) else { return };
    let field = field.clone();
    spawn_local(async move { send(&field, &file, flow).await });
}

/// Sends one file for a field and sets the result. It sends the file again while no answer comes. That is safe, because the
/// same bytes for the same field are the same artifact.
pub async fn send(field: &Field, file: &File, flow: FlowState) {
    let (data, uploads) = (flow.data.get_value(), flow.uploads);
    let number = ORDER.with_borrow_mut(|order| {
        let number = order.chosen.get(&field.name).map_or(1, |(number, _)| number + 1);
        order.chosen.set(&field.name, (number, file.clone()));
        number
    });
    let refused = |why: &str| uploads.set(&field.name, Some(Sent::Refused(why.to_owned())));
    if file.size() > MAX_BYTES {
        return refused(data.words.file_too_large());
    }
    if file.size() == 0.0 {
        return refused(data.words.file_unreadable());
    }
    let mut tries = 0;
    let answer = loop {
        if !my_turn(&field.name, number, uploads).await {
            return;
        }
        // While it waits the page keeps saying so, until some of the file has left.
        if tries == 0 {
            uploads.set(&field.name, Some(Sent::Sending(0)));
        }
        let answer = post(&data.id, &field.name, number, file, uploads).await;
        let why = match &answer {
            Ok(answer) => Unanswered::of(answer.status, answer.retry_after.clone(), || names_artifact(&answer.body)),
            Err(_) => Some(Unanswered::Lost),
        };
        if !is_latest(&field.name, number) {
            return;
        }
        let Some(why) = why else { break answer.ok() };
        if answer.is_err() && !can_read(file).await {
            return refused(data.words.file_unreadable());
        }
        let said = match why {
            Unanswered::Lost => data.words.file_waiting(),
            Unanswered::Busy(_) => data.words.file_busy(),
            Unanswered::NotOurs => data.words.intercepted(),
        };
        uploads.set(&field.name, Some(Sent::Waiting(said.to_owned())));
        if !request::pause(tries, why).await {
            break None;
        }
        tries += 1;
    };
    let lost = || Sent::Failed(data.words.file_lost().to_owned());
    let sent = match answer {
        Some(Answered { status: 200..300, body, .. }) => {
            let preview = if file.type_().starts_with("image/") { Url::create_object_url_with_blob(file).ok() } else { None };
            // Only the warning `password` puts this word into the answer. Parsing the whole answer would cost the bundle a kilobyte.
            let icon = if body.contains("\"password\"") { LOCKED } else { FILE };
            uploads.saved(&field.name, preview.unwrap_or_else(|| icon.to_owned()));
            return faults::lift(flow, &field.name);
        }
        Some(Answered { status, body, .. }) => {
            if [409, 410].contains(&status) {
                browser::refresh(flow); // The session is over: the page says so.
            }
            match json::parse::<Problem>(&body).map(|problem| problem.code) {
                Some(code @ (Code::TooLarge | Code::UnsupportedMedia | Code::BadImage | Code::BadDocument | Code::Truncated)) => {
                    Sent::Refused(data.words.file_refused(field, code))
                }
                Some(code) => Sent::Failed(data.words.file_refused(field, code)),
                // A proxy before the server has a limit of its own. The same file will never pass it.
                None if status == 413 => Sent::Refused(data.words.file_too_large_here().to_owned()),
                None => lost(),
            }
        }
        None => lost(),
    };
    if is_latest(&field.name, number) {
        uploads.set(&field.name, Some(sent));
    }
}

/// Whether a body is our answer to an upload.
fn names_artifact(body: &str) -> bool {
    let artifact = JSON::parse(body).and_then(|answer| Reflect::get(&answer, &"artifactId".into()));
    artifact.is_ok_and(|artifact| artifact.is_string())
}

/// An answer to an upload.
struct Answered {
    status: u16,
    retry_after: Option<String>,
    body: String,
}

/// Whether the phone can still read a file. A file in a cloud drive may be gone since it was chosen, and the request then fails
/// as if there were no network.
async fn can_read(file: &File) -> bool {
    let first = file.slice_with_f64_and_f64(0.0, 1.0).and_then(|first| web_sys::Response::new_with_opt_blob(Some(&first)));
    let Some(reading) = first.and_then(|first| first.array_buffer()).ok() else { return true };
    JsFuture::from(reading).await.is_ok()
}

/// Posts a file with XMLHttpRequest, because only it reports the progress of an upload.
async fn post(session: &str, field: &str, number: u32, file: &File, uploads: Uploads) -> Result<Answered, JsValue> {
    let data = FormData::new()?;
    data.append_with_str("field", field)?;
    data.append_with_blob_and_filename("file", file, "file")?;
    let request = XmlHttpRequest::new()?;
    request.open("POST", &format!("/kyc-sessions/{session}/upload"))?;
    let name = field.to_owned();
    let progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.total() > 0.0 && is_latest(&name, number) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
            uploads.set(&name, Some(Sent::Sending((event.loaded() / event.total() * 100.0) as u8)));
        }
    });
    request.upload()?.set_onprogress(Some(progress.as_ref().unchecked_ref()));
    let done = js_sys::Promise::new(&mut |resolve, reject| {
        request.set_onload(Some(&resolve));
        request.set_onerror(Some(&reject));
        request.set_onabort(Some(&reject));
        request.set_ontimeout(Some(&reject));
    });
    request.set_timeout(LONGEST_MS);
    request.send_with_opt_form_data(Some(&data))?;
    ORDER.with_borrow_mut(|order| order.under_way.set(field, request.clone()));
    let ended = JsFuture::from(done).await;
    ORDER.with_borrow_mut(|order| order.under_way.remove(field));
    ended?;
    let retry_after = request.get_response_header("retry-after")?;
    Ok(Answered { status: request.status()?, retry_after, body: request.response_text()?.unwrap_or_default() })
}
