//! The inputs of the editor, each with its label, its hint and its fault tied to it by id.

use leptos::{html::custom, prelude::*};
use shared::{
    language::Language,
    rule::{Inputs, ROOT, id_of},
};

use super::data::EditorData;
use crate::words::{dashboard::RuleWords, fill};

/// What every part of the form needs.
#[derive(Clone, Copy)]
pub struct Form<'d> {
    pub data: &'d EditorData,
    pub words: &'static RuleWords,
    pub language: Language,
}

/// An input: its name in the form, its label, and what may be said about it.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub hint: &'a str,
    pub class: &'a str,
    pub mode: Option<&'static str>,
}

impl<'a> Input<'a> {
    pub const fn new(name: &'a str, label: &'a str) -> Self {
        Self { name, label, hint: "", class: "", mode: None }
    }

    pub const fn hint(self, hint: &'a str) -> Self {
        Self { hint, ..self }
    }

    /// A class besides `field`.
    pub const fn class(self, class: &'a str) -> Self {
        Self { class, ..self }
    }

    /// It holds a number.
    pub const fn decimal(self) -> Self {
        Self { mode: Some("decimal"), ..self }
    }
}

impl Form<'_> {
    /// Why an input is refused.
    pub fn fault(&self, name: &str) -> Option<String> {
        let faults: Vec<String> = self.data.faults.iter().filter(|fault| fault.input == name).map(|fault| self.words.why(&fault.why)).collect();
        (!faults.is_empty()).then(|| faults.join(" "))
    }

    /// What people call an input, for the summary of the faults.
    pub fn name_of(&self, input: &str) -> String {
        let words = self.words;
        let Some(rest) = input.strip_prefix(ROOT).filter(|rest| rest.is_empty() || rest.starts_with('.')) else {
            return match input {
                "name" => words.name,
                "priority" => words.priority,
                "weight" => words.weight,
                "timezone" => words.timezone,
                "mode" => words.mode,
                "action" => words.then,
                "flow" => words.flow,
                "ttl" => words.ttl,
                "grace" => words.grace,
                "onExpired" => words.on_expired,
                title if title.starts_with("title") => words.title,
                _ => "",
            }
            .to_owned();
        };
        let at = rest.split('.').map_while(|part| if part.is_empty() { Some(None) } else { part.parse::<usize>().ok().map(Some) });
        let number = at.flatten().map(|at| (at + 1).to_string()).collect::<Vec<_>>().join(".");
        let what = match rest.rsplit('.').next().unwrap_or_default() {
            "currency" => words.currency,
            "within" => words.within,
            "list" => words.list,
            "key" => words.metadata_key,
            _ => "",
        };
        // A new condition is chosen in a group.
        let numbered = if rest.ends_with(".new") { words.group_n } else { words.condition_n };
        let whole = if number.is_empty() { words.conditions.to_owned() } else { fill(numbered, &[("n", &number)]) };
        if what.is_empty() { whole } else { format!("{whole}, {what}") }
    }

    /// Whether the element with this id gets the focus.
    pub fn has_focus(&self, id: &str) -> bool {
        self.data.focus.as_deref() == Some(id)
    }

    /// What is around an input: the label, the hint and the fault.
    fn around(&self, of: Input<'_>, input: impl FnOnce(String, Option<String>, Option<&'static str>) -> AnyView) -> AnyView {
        let (id, fault) = (id_of(of.name), self.fault(of.name));
        let ids = [(!of.hint.is_empty()).then(|| format!("{id}-hint")), fault.as_ref().map(|_| format!("{id}-fault"))];
        let described = ids.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let input = input(id.clone(), (!described.is_empty()).then_some(described), fault.as_ref().map(|_| "true"));
        view! {
            <div class=format!("field {}", of.class)>
                <label for=id.clone()>{of.label.to_owned()}</label>
                {(!of.hint.is_empty()).then(|| view! { <span class="hint" id=format!("{id}-hint")>{of.hint.to_owned()}</span> })}
                {fault.map(|fault| view! { <span class="fault" id=format!("{id}-fault")>{fault}</span> })}
                {input}
            </div>
        }
        .into_any()
    }

    /// A text of one line.
    pub fn text(&self, of: Input<'_>, value: &str) -> AnyView {
        let (name, value, mode) = (of.name.to_owned(), value.to_owned(), of.mode);
        self.around(of, |id, described, invalid| {
            let focus = self.has_focus(&id);
            view! {
                <input type="text" id=id name=name value=value inputmode=mode autocomplete="off" spellcheck="false" autofocus=focus
                    aria-describedby=described aria-invalid=invalid />
            }
            .into_any()
        })
    }

    /// A text of several lines: one value each.
    pub fn lines(&self, of: Input<'_>, value: &str) -> AnyView {
        let (name, value) = (of.name.to_owned(), value.to_owned());
        self.around(of, |id, described, invalid| {
            let area = custom("textarea").id(id).attr("name", name).attr("rows", "3").attr("spellcheck", "false");
            let area = area.attr("aria-describedby", described).attr("aria-invalid", invalid);
            if value.is_empty() { area.into_any() } else { area.child(format!("\n{value}")).into_any() }
        })
    }

    /// A choice of one: value and text each.
    pub fn select(&self, of: Input<'_>, options: Vec<(String, String)>, chosen: &str) -> AnyView {
        let (name, class) = (of.name.to_owned(), of.name.rsplit('.').next().unwrap_or_default().to_owned());
        let options: Vec<_> = options
            .into_iter()
            .map(|(value, text)| {
                let selected = value == chosen;
                view! { <option value=value selected=selected>{text}</option> }
            })
            .collect();
        self.around(of, |id, described, invalid| {
            let focus = self.has_focus(&id);
            view! {
                <select id=id name=name class=class autofocus=focus aria-describedby=described aria-invalid=invalid>{options}</select>
            }
            .into_any()
        })
    }

    /// Radio buttons or boxes, as `kind` says: value, label and explanation each.
    pub fn choices(&self, of: Input<'_>, kind: &'static str, options: Vec<(String, String, &'static str)>, chosen: &[&str]) -> AnyView {
        let (first, fault) = (id_of(of.name), self.fault(of.name));
        let described = fault.as_ref().map(|_| format!("{first}-fault"));
        let name = of.name.to_owned();
        let options = options.into_iter().enumerate().map(|(at, (value, label, text))| {
            // The id of the first one is that of the whole: the summary links to it.
            let id = if at == 0 { first.clone() } else { format!("{first}-{at}") };
            let text_id = (!text.is_empty()).then(|| format!("{id}-text"));
            let (checked, focus) = (chosen.contains(&value.as_str()), self.has_focus(&id));
            view! {
                <div class="choice">
                    <input type=kind id=id.clone() name=name.clone() value=value checked=checked autofocus=focus aria-describedby=text_id.clone() />
                    <label for=id>{label}</label>
                    {text_id.map(|id| view! { <span class="quiet" id=id>{text}</span> })}
                </div>
            }
        });
        view! {
            <fieldset class=format!("field {}", of.class) role=(kind == "radio").then_some("radiogroup") aria-describedby=described>
                <legend>{of.label.to_owned()}</legend>
                {fault.map(|fault| view! { <span class="fault" id=format!("{first}-fault")>{fault}</span> })}
                <div class="choices">{options.collect_view()}</div>
            </fieldset>
        }
        .into_any()
    }

    /// One box.
    pub fn tick(&self, name: &str, label: &str, inputs: &Inputs, input: &str) -> AnyView {
        let id = id_of(name);
        let (name, label, checked) = (name.to_owned(), label.to_owned(), inputs.has(input));
        view! {
            <div class="choice">
                <input type="checkbox" id=id.clone() name=name value="on" checked=checked />
                <label for=id>{label}</label>
            </div>
        }
        .into_any()
    }
}
