//! An ARTIFACT field: two file inputs of one name, one that opens the camera and one that opens the files, so that it works in
//! any browser without script. A field that takes no photo has only the second. With script the island sends a file as soon as the
//! customer chooses it, and the field shows the progress.

use leptos::{either::EitherOf4, prelude::*};
use shared::flow::{Field, StepType};

use crate::{
    components::{
        host::{Host, Sent},
        icons::{Card, Face, Paper, Tick},
        ids,
    },
    words::{FlowWords, fill, takes_photo},
};

/// The picture of a file that is not an image.
pub const FILE: &str = "/file.svg";
/// The same of a PDF that opens only with a password. Its own address lets the page say so wherever it shows the picture.
pub const LOCKED: &str = "/file.svg#locked";

/// What a photo shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Photographed {
    /// The customer.
    Person,
    /// A document as large as a card.
    Card,
    /// A sheet of paper, or a PDF of one.
    Paper,
}

impl Photographed {
    /// What steps of this type ask for.
    pub const fn of(step: StepType) -> Self {
        match step {
            StepType::Selfie => Self::Person,
            StepType::Proof => Self::Paper,
            _ => Self::Card,
        }
    }
}

/// How to take a good photo. The customer reads it before taking one.
#[component]
pub fn Tips(photographed: Photographed, words: FlowWords) -> impl IntoView {
    let (first, second) = match photographed {
        Photographed::Person => (words.tip_light(), words.tip_face()),
        Photographed::Card => (words.tip_flat(), words.tip_readable()),
        Photographed::Paper => (words.tip_recent(), words.tip_readable()),
    };
    view! {
        <ul class="tips">
            <li><Tick />{first.to_owned()}</li>
            <li><Tick />{second.to_owned()}</li>
        </ul>
    }
}

/// The frame with the picture, the state of the file, and the inputs.
#[component]
pub fn Photo<L: IntoView + 'static, N: IntoView + 'static, H: Host>(
    field: Field,
    photographed: Photographed,
    value: String,
    elsewhere: bool,
    described: Option<String>,
    faulty: bool,
    label: L,
    notes: N,
    words: FlowWords,
    host: H,
) -> impl IntoView {
    let (id, name) = (ids::of_field(&field.name), field.name.clone());
    let is_selfie = photographed == Photographed::Person;
    let saved_before = !value.is_empty();
    let picture = saved_before.then_some(value);
    let has = saved_before || elsewhere;
    let chosen = {
        let field = field.clone();
        move |event: leptos::ev::Event| host.chosen(&event, &field)
    };
    let (state, shown) = {
        let (of_state, of_picture) = (name.clone(), name.clone());
        (move || host.sent(&of_state), move || host.picture(&of_picture).or_else(|| picture.clone()))
    };
    let is_locked = {
        let shown = shown.clone();
        move || shown().as_deref() == Some(LOCKED)
    };
    let has_now = {
        let shown = shown.clone();
        move || has || shown().is_some()
    };
    let is_good = {
        let (state, has_now) = (state.clone(), has_now.clone());
        move || has_now() && !matches!(state(), Some(Sent::Failed(_) | Sent::Refused(_)))
    };
    // The browser's own words for an input without a file are hidden. While this says that the customer owes a file, the style knows
    // without script whether there is one, and shows its name.
    let required = field.required && field.required_when.is_empty() && !has && untrack(|| host.picture(&field.name)).is_none();
    let invalid = if faulty { "true" } else { "false" };
    let takes_photo = takes_photo(&field);
    let camera = takes_photo.then(|| {
        let images: Vec<&str> = field.accept.iter().map(String::as_str).filter(|kind| kind.starts_with("image/")).collect();
        let (take, retake) = (words.take_photo().to_owned(), words.retake_photo().to_owned());
        let has_now = has_now.clone();
        view! {
            <label class="pick" for=id.clone()>{move || if has_now() { retake.clone() } else { take.clone() }}<span class="unseen">" ("{field.label.clone()}")"</span></label>
            <input type="file" id=id.clone() name=name.clone() accept=images.join(",") capture=if is_selfie { "user" } else { "environment" }
                required=required aria-invalid=invalid on:change=chosen.clone() />
        }
    });
    let file_id = if takes_photo { format!("{id}-file") } else { id };
    let kinds_id = format!("{file_id}-kinds");
    let pick = if takes_photo { words.choose_file() } else { words.pick_file() }.to_owned();
    let (alt, said) = (words.your_photo().to_owned(), words.clone());
    let (of_text, of_bar, of_frame) = (state.clone(), state.clone(), shown);
    view! {
        <fieldset aria-describedby=described>
            <legend>{label}</legend>
            {notes}
            <div class="photo" data-has=move || is_good().then_some("")>
                {move || match of_frame() {
                    Some(source) => EitherOf4::A(view! { <img src=source alt=alt.clone() /> }),
                    None => match photographed {
                        Photographed::Person => EitherOf4::B(view! { <Face /> }),
                        Photographed::Card => EitherOf4::C(view! { <Card /> }),
                        Photographed::Paper => EitherOf4::D(view! { <Paper /> }),
                    },
                }}
                <p class="state" role="status">
                    {move || match of_text() {
                        Some(Sent::Sending(percent)) => EitherOf4::D(view! {
                            // Screen readers use the progress bar instead, so that they do not read every percentage aloud.
                            <span aria-hidden="true">{fill(said.uploading(), &[("percent", &percent.to_string())])}</span>
                        }),
                        Some(Sent::Waiting(why)) => EitherOf4::A(Some(why)),
                        Some(Sent::Failed(reason) | Sent::Refused(reason)) => EitherOf4::B(view! {
                            <span class="fault">{if has_now() { [&reason, said.kept()].join(" ") } else { reason }}</span>
                        }),
                        None if !has_now() => EitherOf4::A(None),
                        _ => EitherOf4::C(view! {
                            <span class="ok"><Tick />{said.saved().to_owned()}</span>
                            {is_locked().then(|| view! { <span class="warning">{said.pdf_password().to_owned()}</span> })}
                        }),
                    }}
                </p>
                <progress max="100" value=move || if let Some(Sent::Sending(percent)) = of_bar() { percent } else { 0 }
                    aria-label=words.sending().to_owned() hidden=move || !matches!(state(), Some(Sent::Sending(_)))></progress>
                {camera}
                <label class="pick file" for=file_id.clone()>
                    {pick}<span class="unseen">" ("{field.label.clone()}")"</span>
                    <span class="kinds" id=kinds_id.clone() aria-hidden="true">{words.accepted(&field)}</span>
                </label>
                <input type="file" id=file_id name=name accept=field.accept.join(",") required=required aria-invalid=invalid aria-describedby=kinds_id on:change=chosen />
            </div>
        </fieldset>
    }
}
