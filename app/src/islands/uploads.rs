//! Uploads. The island sends each file as soon as the customer chooses it, and shows the progress, so that Continue has little left
//! to send.

use std::cell::RefCell;

use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use shared::{
    flow::Field,
    problem::{Code, Problem},
};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FormData, HtmlInputElement, ProgressEvent, Url, XmlHttpRequest};

use crate::{
    components::host::Sent,
    flow::by_field::ByField,
    islands::{
        browser, json, request,
        state::{FlowState, Uploads},
    },
};

/// How long one upload may take, in milliseconds. The server allows the same.
const LONGEST_MS: u32 = 15 * 60 * 1_000;

/// The largest file that the server accepts, in bytes. The island refuses a larger one without sending it.
const MAX_BYTES: f64 = 10.0 * 1024.0 * 1024.0;

/// Sets the upload state of a field's file, and frees the picture of the previous one.
fn set(uploads: Uploads, field: &str, sent: Sent) {
    if let Some(Sent::Saved(picture)) = uploads.get_untracked(field) {
        let _ = Url::revoke_object_url(&picture);
    }
    uploads.set(field, sent);
}

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
    if file.size() > MAX_BYTES {
        return set(uploads, &field.name, Sent::Failed(data.words.file_refused(field, Code::TooLarge)));
    }
    let mut tries = 0;
    let answer = loop {
        if !my_turn(&field.name, number, uploads).await {
            return;
        }
        set(uploads, &field.name, Sent::Sending(0));
        let answer = post(&data.id, &field.name, number, file, uploads).await.ok().filter(|(status, _)| !request::is_passing(*status));
        if answer.is_some() {
            break answer;
        }
        if !is_latest(&field.name, number) {
            return;
        }
        set(uploads, &field.name, Sent::Waiting);
        if !request::pause(tries).await {
            break None;
        }
        tries += 1;
    };
    let sent = match answer {
        Some((200..300, body)) => {
            // Only the warning `password` puts this word into the answer. Parsing the whole answer would cost the bundle a kilobyte.
            let locked = body.contains("\"password\"");
            let preview = if file.type_().starts_with("image/") { Url::create_object_url_with_blob(file).ok() } else { None };
            let preview = preview.unwrap_or_else(|| "/file.svg".to_owned());
            if locked { Sent::Locked(preview) } else { Sent::Saved(preview) }
        }
        Some((status, body)) => {
            if [409, 410].contains(&status) {
                browser::refresh(flow); // The session is over: the page says so.
            }
            let problem = json::parse::<Problem>(&body);
            Sent::Failed(problem.map_or_else(|| data.words.file_lost().to_owned(), |problem| data.words.file_refused(field, problem.code)))
        }
        None => Sent::Failed(data.words.file_lost().to_owned()),
    };
    if is_latest(&field.name, number) {
        set(uploads, &field.name, sent);
    }
}

/// Posts a file with XMLHttpRequest, because only it reports the progress of an upload.
async fn post(session: &str, field: &str, number: u32, file: &File, uploads: Uploads) -> Result<(u16, String), JsValue> {
    let data = FormData::new()?;
    data.append_with_str("field", field)?;
    data.append_with_blob_and_filename("file", file, "file")?;
    let request = XmlHttpRequest::new()?;
    request.open("POST", &format!("/kyc-sessions/{session}/upload"))?;
    let name = field.to_owned();
    let progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.total() > 0.0 && is_latest(&name, number) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
            set(uploads, &name, Sent::Sending((event.loaded() / event.total() * 100.0) as u8));
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
    Ok((request.status()?, request.response_text()?.unwrap_or_default()))
}
