//! The inputs of the rule itself: what it is called, what follows, and how it counts.

use leptos::prelude::*;
use shared::{
    language::Language,
    rule::{ActionKind, Mode, OnExpired},
};

use super::inputs::{Form, Input};

/// What it is called.
pub fn naming(form: &Form<'_>) -> AnyView {
    let (words, head) = (form.words, &form.data.draft.head);
    let name = match &form.data.existing {
        Some(name) => view! { <input type="hidden" name="name" value=name.clone() /> }.into_any(),
        None => form.text(Input::new("name", words.name).hint(words.name_hint), head.get("name")),
    };
    let own = Language::ALL.map(|language| format!("title.{}", language.tag()));
    let is_open = own.iter().any(|name| head.has(name) || form.fault(name).is_some());
    let own = Language::ALL.into_iter().zip(&own).map(|(language, name)| form.text(Input::new(name, language.own_name()), head.get(name)));
    view! {
        {form.text(Input::new("title", words.title).hint(words.title_hint), head.get("title"))}
        <details open=is_open>
            <summary>{words.titles}</summary>
            <div class="fields">{own.collect_view()}</div>
        </details>
        {name}
    }
    .into_any()
}

/// The choice of a flow.
pub fn flows(form: &Form<'_>, input: Input<'_>, none: &str, chosen: &str) -> AnyView {
    let known = form.data.options.flows.iter().map(|flow| (flow.clone(), flow.clone()));
    // One that is gone stays to be seen.
    let gone = (!chosen.is_empty() && !form.data.options.flows.iter().any(|flow| flow == chosen)).then(|| (chosen.to_owned(), chosen.to_owned()));
    let options = std::iter::once((String::new(), none.to_owned())).chain(known).chain(gone).collect();
    form.select(input, options, chosen)
}

/// What follows.
pub fn action(form: &Form<'_>) -> AnyView {
    let (words, head) = (form.words, &form.data.draft.head);
    let actions = ActionKind::ALL.map(|kind| (kind.as_str().to_owned(), words.action_of(kind).to_owned(), words.action_text(kind))).to_vec();
    let expired = std::iter::once((String::new(), words.by_default.to_owned()));
    let expired = expired.chain(OnExpired::ALL.map(|then| (then.as_str().to_owned(), words.expired_of(then).to_owned()))).collect();
    view! {
        {form.choices(Input::new("action", words.then).class("listed-choices"), "radio", actions, &[head.get("action")])}
        <fieldset class="step-up">
            <legend>{words.step_up}</legend>
            <div class="fields">
                {flows(form, Input::new("flow", words.flow), words.choose, head.get("flow"))}
                {form.text(Input::new("ttl", words.ttl).hint(words.ttl_hint), head.get("ttl"))}
                {form.select(Input::new("onExpired", words.on_expired), expired, head.get("onExpired"))}
                {form.text(Input::new("grace", words.grace).hint(words.grace_hint), head.get("grace"))}
            </div>
        </fieldset>
    }
    .into_any()
}

/// How it counts.
pub fn counting(form: &Form<'_>) -> AnyView {
    let (words, head) = (form.words, &form.data.draft.head);
    let modes = Mode::ALL.map(|mode| (mode.as_str().to_owned(), words.mode_of(mode).to_owned(), words.mode_text(mode))).to_vec();
    view! {
        {form.choices(Input::new("mode", words.mode).class("listed-choices"), "radio", modes, &[head.get("mode")])}
        <div class="fields three">
            {form.text(Input::new("priority", words.priority).hint(words.priority_hint).decimal(), head.get("priority"))}
            {form.text(Input::new("weight", words.weight).hint(words.weight_hint).decimal(), head.get("weight"))}
            {form.text(Input::new("timezone", words.timezone).hint(words.timezone_hint), head.get("timezone"))}
        </div>
    }
    .into_any()
}
