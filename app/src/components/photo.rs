//! An ARTIFACT field: two file inputs of one name, one that opens the camera and one that opens the files, so that it works in
//! any browser without script. With script the island sends a file as soon as the customer chooses it, and the field shows
//! the progress.

use leptos::{either::EitherOf4, prelude::*};
use shared::flow::{Field, StepType};

use crate::{
    components::{
        host::{Host, Sent},
        icons::{Card, Face, Paper, Tick},
        ids,
    },
    words::{FlowWords, fill},
};

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
    /// The saved file is a PDF that opens only with a password.
    locked: bool,
    elsewhere: bool,
    described: Option<String>,
    faulty: bool,
    label: L,
    notes: N,
    words: FlowWords,
    host: H,
) -> impl IntoView {
    let (id, name) = (ids::of_field(&field.name), field.name.clone());
    let accept = field.accept.join(",");
    let images: Vec<&str> = field.accept.iter().map(String::as_str).filter(|kind| kind.starts_with("image/")).collect();
    let images = images.join(",");
    let is_selfie = photographed == Photographed::Person;
    let saved_before = !value.is_empty();
    let picture = saved_before.then_some(value);
    let has = saved_before || elsewhere;
    let chosen = {
        let field = field.clone();
        move |event: leptos::ev::Event| host.chosen(&event, &field)
    };
    let state = {
        let name = name.clone();
        move || host.sent(&name)
    };
    let (of_data, of_picture, of_text, of_bar, of_label) = (state.clone(), state.clone(), state.clone(), state.clone(), state.clone());
    let (take, retake) = (words.take_photo().to_owned(), words.retake_photo().to_owned());
    let alt = words.your_photo().to_owned();
    let said = words.clone();
    view! {
        <fieldset aria-describedby=described>
            <legend>{label}</legend>
            {notes}
            <div class="photo" data-has=move || (of_data().is_some_and(|sent| sent.is_saved()) || (has && of_data().is_none())).then_some("")>
                {move || {
                    let source = match of_picture() {
                        Some(Sent::Saved(preview) | Sent::Locked(preview)) => Some(preview),
                        None => picture.clone(),
                        _ => None,
                    };
                    match source {
                        Some(source) => EitherOf4::A(view! { <img src=source alt=alt.clone() /> }),
                        None => match photographed {
                            Photographed::Person => EitherOf4::B(view! { <Face /> }),
                            Photographed::Card => EitherOf4::C(view! { <Card /> }),
                            Photographed::Paper => EitherOf4::D(view! { <Paper /> }),
                        },
                    }
                }}
                <p class="state" role="status">
                    {move || match of_text() {
                        Some(Sent::Sending(percent)) => EitherOf4::D(view! {
                            // Screen readers use the progress bar instead, so that they do not read every percentage aloud.
                            <span aria-hidden="true">{fill(said.uploading(), &[("percent", &percent.to_string())])}</span>
                        }),
                        Some(Sent::Waiting) => EitherOf4::A(Some(said.file_waiting().to_owned())),
                        Some(Sent::Failed(reason)) => EitherOf4::B(view! { <span class="fault">{reason}</span> }),
                        None if !has => EitherOf4::A(None),
                        saved => {
                            let locked = matches!(saved, Some(Sent::Locked(_))) || (locked && saved.is_none());
                            EitherOf4::C(view! {
                                <span class="ok"><Tick />{said.saved().to_owned()}</span>
                                {locked.then(|| view! { <span class="warning">{said.pdf_password().to_owned()}</span> })}
                            })
                        }
                    }}
                </p>
                <progress max="100" value=move || if let Some(Sent::Sending(percent)) = of_bar() { percent } else { 0 }
                    aria-label=words.sending().to_owned() hidden={
                        let state = state.clone();
                        move || !matches!(state(), Some(Sent::Sending(_)))
                    }></progress>
                <label class="pick" for=id.clone()>{move || if has || of_label().is_some_and(|sent| sent.is_saved()) { retake.clone() } else { take.clone() }}</label>
                <input type="file" id=id.clone() name=name.clone() accept=images capture=if is_selfie { "user" } else { "environment" }
                    aria-invalid=faulty.then_some("true") on:change=chosen.clone() />
                <label class="pick" for=format!("{id}-file")>{words.choose_file().to_owned()}</label>
                <input type="file" id=format!("{id}-file") name=name accept=accept on:change=chosen />
            </div>
        </fieldset>
    }
}
