//! The list of a REVIEW: each answer, with a link to change it, so that the customer can check everything before submitting.

use std::sync::Arc;

use leptos::prelude::*;
use shared::flow::{Field, FieldType, StepType};

use crate::{
    components::{date, ids, photo::LOCKED},
    flow::data::{CHANGE, FlowData},
    words::words,
};

/// The answers of all steps, in the order of the flow.
#[component]
pub fn Review(data: Arc<FlowData>) -> impl IntoView {
    let words = words(data.language).page;
    let steps = data.steps.iter().filter(|step| !step.fields.is_empty() && step.r#type != StepType::Review);
    let steps = steps.map(|step| {
        let address = data.address_with(&step.id, CHANGE);
        let rows = step.fields.iter().filter(|field| !data.idle.contains(&field.name)).map(|field| {
            let link = format!("{address}#{}", ids::of_field(&field.name));
            view! {
                <div>
                    <dt><bdi>{field.label.clone()}</bdi></dt>
                    <dd><ShownAnswer data=data.clone() field=field.clone() /></dd>
                    <dd class="change"><a href=link>{words.change}<span class="unseen">" "<bdi>{field.label.clone()}</bdi></span></a></dd>
                </div>
            }
        });
        view! {
            <h2><bdi>{step.title.clone()}</bdi></h2>
            <dl class="review">{rows.collect_view()}</dl>
        }
    });
    view! {
        {steps.collect_view()}
        <p class="hint">{words.confirm}</p>
    }
}

/// One answer as a person reads it.
#[component]
fn ShownAnswer(data: Arc<FlowData>, field: Field) -> impl IntoView {
    let words = words(data.language).page;
    let value = data.answers.get(&field.name).cloned().unwrap_or_default();
    let elsewhere = value.is_empty() && data.elsewhere.contains(&field.name);
    let doubt = data.words.doubt(field.r#type, &value);
    let text = match field.r#type {
        _ if elsewhere => data.words.saved_elsewhere().to_owned(),
        FieldType::Boolean => if value == "true" { words.yes } else { words.no }.to_owned(),
        _ if value.is_empty() => words.not_given.to_owned(),
        FieldType::Artifact => {
            let locked = (value == LOCKED).then(|| view! { <p class="warning">{data.words.pdf_password().to_owned()}</p> });
            return view! { <img src=value alt=field.label />{locked} }.into_any();
        }
        FieldType::Select => field.options.into_iter().find(|option| option.value == value).map_or(value, |option| option.label),
        FieldType::Date => date::day(&value, words),
        _ => value,
    };
    let absent = elsewhere || data.answers.get(&field.name).is_none_or(String::is_empty) && field.r#type != FieldType::Boolean;
    view! {
        <bdi class=absent.then_some("muted")>{text}</bdi>
        {doubt.map(|doubt| view! { <span class="warning">{doubt}</span> })}
    }
    .into_any()
}
