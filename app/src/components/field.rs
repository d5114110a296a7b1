//! One field of a step: label, hint, fault and input. Their ids connect them here, once for all types of field. Inputs are
//! uncontrolled, so that what the customer typed before the page's script arrived stays.

use leptos::{
    either::{Either, EitherOf4},
    prelude::*,
};
use shared::{
    flow::{Field, FieldType},
    problem::FieldFault,
    text::ONE_LINE,
};

use crate::{
    components::{
        host::Host,
        ids,
        photo::{Photo, Photographed},
    },
    words::{FlowWords, isolated},
};

/// A field with its label, hint and fault.
#[component]
pub fn FieldView<H: Host>(
    /// The field.
    field: Field,
    /// The answers to other fields with which the customer needs this one, as a sentence.
    when: Option<String>,
    /// What a photo for this field shows.
    photographed: Photographed,
    /// What the customer typed, or what this device saved. For an ARTIFACT, the address of its picture.
    value: String,
    /// Another device saved a value.
    elsewhere: bool,
    /// What is wrong with it.
    error: Option<FieldFault>,
    words: FlowWords,
    host: H,
) -> impl IntoView {
    let id = ids::of_field(&field.name);
    let own_hint = || (field.r#type == FieldType::Cpf).then(|| words.cpf_hint().to_owned());
    let hint = field.hint.clone().or_else(own_hint);
    let fault = error.map(|error| words.fault(&field, &error));
    let ids = [hint.as_ref().map(|_| format!("{id}-hint")), when.as_ref().map(|_| format!("{id}-when")), fault.as_ref().map(|_| ids::of_fault(&field.name))];
    let described = ids.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let faulty = fault.is_some();
    let label = view! {
        <>
            {isolated(&field.label)}
            {(!field.required && field.r#type != FieldType::Boolean).then(|| view! { <span class="optional">" ("{words.optional().to_owned()}")"</span> })}
        </>
    };
    let notes = view! {
        <>
            {hint.map(|hint| view! { <span class="hint" id=format!("{id}-hint")>{isolated(&hint)}</span> })}
            {when.map(|when| view! { <span class="hint" id=format!("{id}-when")>{when}</span> })}
            {elsewhere.then(|| view! { <span class="hint elsewhere">{words.saved_elsewhere().to_owned()}</span> })}
            {fault.map(|fault| view! { <span class="fault" id=ids::of_fault(&field.name)>{fault}</span> })}
        </>
    };
    let described = (!described.is_empty()).then_some(described);
    let name = field.name.clone();
    view! {
        <div class="field" data-faulty=faulty.then_some("")>
            {match field.r#type {
                FieldType::Boolean => EitherOf4::A(view! {
                    {notes}
                    <label class="choice">
                        <input type="checkbox" id=id name=name value="true" checked=value == "true" aria-describedby=described aria-invalid=faulty.then_some("true") />
                        <span>{label}</span>
                    </label>
                }),
                FieldType::Select => EitherOf4::B(view! {
                    <fieldset aria-describedby=described>
                        <legend>{label}</legend>
                        {notes}
                        <div class="choices">
                            {field.options.into_iter().enumerate().map(|(at, option)| view! {
                                <label class="choice">
                                    <input type="radio" id=if at == 0 { id.clone() } else { format!("{id}-{at}") } name=name.clone()
                                        value=option.value.clone() checked=value == option.value aria-invalid=faulty.then_some("true") />
                                    <span>{isolated(&option.label)}</span>
                                </label>
                            }).collect_view()}
                        </div>
                    </fieldset>
                }),
                FieldType::Artifact => EitherOf4::C(view! {
                    <Photo field photographed value elsewhere described faulty label=label.into_view() notes=notes.into_view() words host />
                }),
                _ => EitherOf4::D(view! {
                    <label for=id.clone()>{label}</label>
                    {notes}
                    <TextInput field id value described faulty words host />
                }),
            }}
        </div>
    }
}

/// An input of one line, or of several where the field takes a long text. The island formats a CPF while the customer types it. What
/// looks mistyped only gets a warning, because the server accepts it.
#[component]
fn TextInput<H: Host>(field: Field, id: String, value: String, described: Option<String>, faulty: bool, words: FlowWords, host: H) -> impl IntoView {
    let kind = field.r#type;
    let (shape, mode, complete) = match (kind, field.name.as_str()) {
        (FieldType::Cpf, _) => ("text", Some("numeric"), "off"),
        (FieldType::Date, name) => ("date", None, if name.contains("birth") { "bday" } else { "off" }),
        (FieldType::Email, _) => ("email", None, "email"),
        (FieldType::Phone, _) => ("tel", None, "tel"),
        (_, "name" | "full_name") => ("text", None, "name"),
        _ => ("text", None, "on"),
    };
    let is_doubted = matches!(kind, FieldType::Cpf | FieldType::Email);
    let doubt = RwSignal::new(words.doubt(kind, &value).unwrap_or_default());
    let typed = move |event: leptos::ev::Event| {
        if is_doubted {
            let text = event_target_value(&event);
            if kind == FieldType::Cpf {
                host.typed_cpf(&event, &text);
            }
            doubt.set(words.doubt(kind, &text).unwrap_or_default());
        }
    };
    let doubt_id = is_doubted.then(|| format!("{id}-warning"));
    let described = [described, doubt_id.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let described = (!described.is_empty()).then_some(described);
    let has_lines = kind == FieldType::Text && field.max_length.is_some_and(|most| most > ONE_LINE);
    view! {
        {if has_lines {
            Either::Left(view! { <div inner_html=text_area(&id, &field.name, &value, described.as_deref(), faulty)></div> })
        } else {
            Either::Right(view! {
                <input type=shape id=id name=field.name value=value inputmode=mode autocomplete=complete min=field.min max=field.max
                    aria-describedby=described aria-invalid=faulty.then_some("true") on:input=typed />
            })
        }}
        {if is_doubted {
            Either::Left(view! { <span class="warning" role="status" id=doubt_id>{move || Some(doubt.get()).filter(|doubt| !doubt.is_empty())}</span> })
        } else {
            Either::Right(())
        }}
    }
}

/// An input of several lines. Leptos does not escape the text of a `textarea`, and a type of its own for an element without events would add
/// kilobytes to the bundle.
fn text_area(id: &str, name: &str, value: &str, described: Option<&str>, faulty: bool) -> String {
    let value = value.replace('&', "&amp;").replace('<', "&lt;");
    let invalid = if faulty { "\" aria-invalid=\"true" } else { "" };
    let start = ["<textarea rows=\"4\" dir=\"auto\" id=\"", id, "\" name=\"", name, "\" aria-describedby=\"", described.unwrap_or_default(), invalid, "\">"];
    // A line break right after the tag is not part of the text, but one in the text is.
    [&start.concat(), "\n", &value, "</textarea>"].concat()
}
