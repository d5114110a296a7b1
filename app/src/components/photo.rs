//! An ARTIFACT field: two plain file inputs of one name, one that opens the camera and one that opens the files, so that it
//! works in any browser without script; with script a file is sent as soon as it is chosen, with its progress.

use leptos::prelude::*;
use shared::flow::{Field, StepType};

use crate::{
    components::{
        field::element_id,
        icons::{Card, Face, Tick},
    },
    islands::{flow::FlowState, uploads::Sent},
    words::fill,
};

/// The field's frame, inputs, state and tips.
#[component]
pub fn Photo<L: IntoView + 'static, N: IntoView + 'static>(
    field: Field,
    step_type: StepType,
    value: String,
    elsewhere: bool,
    described: Option<String>,
    faulty: bool,
    label: L,
    notes: N,
    flow: FlowState,
) -> impl IntoView {
    let (words, uploads) = (flow.words.get_value(), flow.uploads);
    let (id, name) = (element_id(&field.name), field.name.clone());
    let accept = field.accept.join(",");
    let images: Vec<&str> = field.accept.iter().map(String::as_str).filter(|kind| kind.starts_with("image/")).collect();
    let images = images.join(",");
    let is_selfie = step_type == StepType::Selfie;
    let saved_before = !value.is_empty();
    let picture = saved_before.then_some(value);
    let has = saved_before || elsewhere;
    let chosen = {
        let field = field.clone();
        move |event: leptos::ev::Event| {
            #[cfg(feature = "hydrate")]
            crate::islands::uploads::chosen(&event, &field, flow);
            #[cfg(not(feature = "hydrate"))]
            let _ = (&event, &field, flow);
        }
    };
    let state = {
        let name = name.clone();
        move || uploads.get(&name)
    };
    let (of_data, of_picture, of_text, of_bar, of_label) = (state.clone(), state.clone(), state.clone(), state.clone(), state.clone());
    let (take, retake) = (words.take_photo.clone(), words.retake_photo.clone());
    let (alt, saved, uploading) = (words.your_photo.clone(), words.saved.clone(), words.uploading.clone());
    view! {
        <fieldset aria-describedby=described>
            <legend>{label}</legend>
            {notes}
            <div class="photo" data-has=move || (matches!(of_data(), Some(Sent::Saved(_))) || (has && of_data().is_none())).then_some("")>
                {move || {
                    let source = match of_picture() {
                        Some(Sent::Saved(preview)) => Some(preview),
                        None => picture.clone(),
                        _ => None,
                    };
                    match source {
                        Some(source) => leptos::either::EitherOf3::A(view! { <img src=source alt=alt.clone() /> }),
                        None if is_selfie => leptos::either::EitherOf3::B(view! { <Face /> }),
                        None => leptos::either::EitherOf3::C(view! { <Card /> }),
                    }
                }}
                <p class="state" role="status">
                    {move || match of_text() {
                        Some(Sent::Sending(percent)) => leptos::either::EitherOf4::A(fill(&uploading, &[("percent", &percent.to_string())])),
                        Some(Sent::Failed(reason)) => leptos::either::EitherOf4::B(view! { <span class="fault">{reason}</span> }),
                        None if !has => leptos::either::EitherOf4::C(()),
                        _ => leptos::either::EitherOf4::D(view! { <span class="ok"><Tick />{saved.clone()}</span> }),
                    }}
                </p>
                <progress max="100" value=move || if let Some(Sent::Sending(percent)) = of_bar() { percent } else { 0 }
                    aria-label=words.sending.clone() hidden={
                        let state = state.clone();
                        move || !matches!(state(), Some(Sent::Sending(_)))
                    }></progress>
                <label class="pick" for=id.clone()>{move || if has || matches!(of_label(), Some(Sent::Saved(_))) { retake.clone() } else { take.clone() }}</label>
                <input type="file" id=id.clone() name=name.clone() accept=images capture=if is_selfie { "user" } else { "environment" }
                    aria-invalid=faulty.then_some("true") on:change=chosen.clone() />
                <label class="pick" for=format!("{id}-file")>{words.choose_file.clone()}</label>
                <input type="file" id=format!("{id}-file") name=name accept=accept on:change=chosen />
            </div>
            <ul class="tips">
                <li><Tick />{if is_selfie { words.tip_light } else { words.tip_flat }}</li>
                <li><Tick />{if is_selfie { words.tip_face } else { words.tip_readable }}</li>
            </ul>
        </fieldset>
    }
}
