//! The inputs of one condition: what it is about, how it compares, and with what. The style shows only the inputs of the chosen comparison;
//! where it cannot, all are there, and only those count.

use leptos::prelude::*;
use shared::{
    risk::Decision,
    rule::{Entry, Inputs, Op, What},
};

use super::{
    data::ACTION,
    head::flows,
    inputs::{Form, Input},
};

pub fn leaf(form: &Form<'_>, inputs: &Inputs, name: &str) -> AnyView {
    let (words, what) = (form.words, inputs.what());
    let named = |input: &str| format!("{name}.{input}");
    let subject = subject(form, inputs, name);
    let op = named("op");
    let ops = what.ops().iter().map(|op| (op.as_str().to_owned(), words.op_of(*op, what).to_owned())).collect();
    let op = form.select(Input::new(&op, words.comparison), ops, inputs.op().as_str());
    let currency = named("currency");
    let optional = if what == What::Count { words.currency_optional } else { words.currency_hint };
    let currency = what.takes_currency().then(|| form.text(Input::new(&currency, words.currency).hint(optional).class("short"), inputs.get("currency")));
    let has = |wanted: &[Op]| what.ops().iter().any(|op| wanted.contains(op));
    let one = one(form, inputs, &named("value"));
    let many = has(&[Op::In]).then(|| many(form, inputs, &named("values")));
    let listed = has(&[Op::InList]).then(|| listed(form, inputs, &named("list")));
    let history = what.is_aggregate().then(|| history(form, inputs, name));
    view! {
        <div class="line">{subject}{op}{one}{many}{listed}{currency}</div>
        {history}
    }
    .into_any()
}

/// What it is about. Another choice needs the button, because other inputs belong to it.
fn subject(form: &Form<'_>, inputs: &Inputs, name: &str) -> AnyView {
    let (words, what) = (form.words, inputs.what());
    let named = |input: &str| format!("{name}.{input}");
    let options = What::ALL.iter().map(|what| (what.as_str().to_owned(), words.what_of(*what).to_owned())).collect();
    let (own, key, of, flow, kind) = (named("what"), named("key"), named("of"), named("flow"), named("type"));
    let key = (what == What::Metadata).then(|| {
        let kinds = [("text", words.a_text), ("number", words.a_number), ("flag", words.a_flag), ("json", words.as_json)];
        view! {
            {form.text(Input::new(&key, words.metadata_key).hint(words.metadata_hint), inputs.get("key"))}
            {form.select(Input::new(&kind, words.metadata_type), kinds.map(|(value, text)| (value.to_owned(), text.to_owned())).to_vec(), inputs.get("type"))}
        }
    });
    let of = (what == What::Distinct).then(|| {
        let fields = [What::CounterpartyId, What::CounterpartyCountry, What::Country, What::DeviceId];
        let fields = fields.map(|field| (field.as_str().to_owned(), words.what_of(field).to_owned())).to_vec();
        form.select(Input::new(&of, words.different), fields, inputs.get("of"))
    });
    let flow = what.is_session().then(|| flows(form, Input::new(&flow, words.flow), words.any_flow, inputs.get("flow")));
    view! {
        <div class="subject">
            {form.select(Input::new(&own, words.about_what), options, what.as_str())}
            <button class="button small refresh" name=ACTION value=format!("update:{name}")>{words.show_fields}</button>
        </div>
        {key}{of}{flow}
    }
    .into_any()
}

fn days(form: &Form<'_>) -> Vec<(String, String)> {
    form.words.days.split(',').enumerate().map(|(at, day)| ((at + 1).to_string(), day.to_owned())).collect()
}

fn decisions(form: &Form<'_>) -> Vec<(String, String)> {
    let words = crate::words::dashboard::words(form.language);
    [Decision::Approved, Decision::Review, Decision::Rejected].map(|one| (one.as_str().to_owned(), words.decision_of(one).to_owned())).to_vec()
}

fn directions(form: &Form<'_>) -> Vec<(String, String)> {
    vec![("OUT".to_owned(), form.words.outgoing.to_owned()), ("IN".to_owned(), form.words.incoming.to_owned())]
}

/// The one value that it compares with.
fn one(form: &Form<'_>, inputs: &Inputs, name: &str) -> AnyView {
    let (words, what, value) = (form.words, inputs.what(), inputs.get("value"));
    let input = Input::new(name, words.value).class("one");
    let choose = |options: Vec<(String, String)>| {
        let none = (String::new(), words.choose.to_owned());
        form.select(input, std::iter::once(none).chain(options).collect(), value)
    };
    match what.entry() {
        Entry::Money => form.text(Input::new(name, words.amount).hint(words.amount_hint).class("one").decimal(), value),
        Entry::Day => choose(days(form)),
        Entry::Direction => choose(directions(form)),
        Entry::Decision => choose(decisions(form)),
        Entry::Flag => choose(vec![("true".to_owned(), words.there_is_none.to_owned()), ("false".to_owned(), words.there_is_one.to_owned())]),
        Entry::Whole if what == What::Score => form.text(input.hint(words.score_hint).decimal(), value),
        Entry::Whole => form.text(input.decimal(), value),
        Entry::Hour => form.text(input.hint(words.hour_hint).decimal(), value),
        Entry::Code if matches!(what, What::Country | What::CounterpartyCountry) => form.text(input.hint(words.country_hint), value),
        Entry::Code if what == What::Currency => form.text(input.hint(words.currency_hint), value),
        Entry::Code => form.text(input.hint(words.word_hint), value),
        Entry::Span => form.text(input.hint(words.age_hint), value),
        Entry::Any => form.text(input.hint(words.any_hint), value),
        Entry::Text => form.text(input, value),
    }
}

/// Several values.
fn many(form: &Form<'_>, inputs: &Inputs, name: &str) -> AnyView {
    let words = form.words;
    let input = Input::new(name, words.values).class("many");
    let tick = |options: Vec<(String, String)>| {
        let options = options.into_iter().map(|(value, text)| (value, text, "")).collect();
        form.choices(input, "checkbox", options, &inputs.values())
    };
    match inputs.what().entry() {
        Entry::Day => tick(days(form)),
        Entry::Direction => tick(directions(form)),
        Entry::Decision => tick(decisions(form)),
        _ => form.lines(input.hint(words.values_hint), inputs.get("values")),
    }
}

/// The lists that can hold such values.
fn listed(form: &Form<'_>, inputs: &Inputs, name: &str) -> AnyView {
    let (words, chosen) = (form.words, inputs.get("list"));
    let kinds = inputs.what().list_kinds();
    let all = &form.data.options.lists;
    let fitting = all.iter().filter(|(_, kind)| kinds.contains(kind)).map(|(name, _)| (name.clone(), name.clone()));
    let mut options: Vec<(String, String)> = std::iter::once((String::new(), words.choose.to_owned())).chain(fitting).collect();
    // One that is gone, or holds other values, stays to be seen.
    if !options.iter().any(|(name, _)| name == chosen) {
        options.push((chosen.to_owned(), chosen.to_owned()));
    }
    form.select(Input::new(name, words.list).class("listed"), options, chosen)
}

/// Which of the customer's transactions count.
fn history(form: &Form<'_>, inputs: &Inputs, name: &str) -> AnyView {
    let words = form.words;
    let named = |input: &str| format!("{name}.{input}");
    let (within, direction, blocked) = (named("within"), named("where.direction"), named("blocked"));
    let directions = [("", words.any_direction), ("OUT", words.outgoing), ("IN", words.incoming), ("same", words.same_direction)];
    let directions = directions.map(|(value, text)| (value.to_owned(), text.to_owned())).to_vec();
    let filters = [("type", words.r#type), ("channel", words.channel), ("country", words.country), ("counterparty.id", words.counterparty)];
    let is_open = inputs.has("blocked")
        || filters.iter().any(|(filter, _)| {
            let input = format!("where.{filter}");
            inputs.has(&input) || inputs.has(&format!("{input}.same")) || form.fault(&named(&input)).is_some()
        });
    let filters = filters.map(|(filter, label)| {
        let (value, same) = (format!("where.{filter}"), format!("where.{filter}.same"));
        view! {
            <div class="filter">
                {form.text(Input::new(&named(&value), label), inputs.get(&value))}
                {form.tick(&named(&same), words.same, inputs, &same)}
            </div>
        }
    });
    view! {
        <div class="line">
            {form.text(Input::new(&within, words.within).hint(words.within_hint).class("short"), inputs.get("within"))}
            {form.select(Input::new(&direction, words.direction), directions, inputs.get("where.direction"))}
        </div>
        <details open=is_open>
            <summary>{words.only_those}</summary>
            <div class="fields">{filters.collect_view()}</div>
            {form.tick(&blocked, words.with_blocked, inputs, "blocked")}
        </details>
    }
    .into_any()
}
