//! The form of a preset: a field for each setting, and the sentence of the rule that they make. It works without script; with it the sentence
//! follows as one types.

use leptos::prelude::*;
use shared::{
    language::Language,
    rule::presets::{Preset, Setting, Takes},
};

use super::{
    RULES,
    editor::data::{ACTION, Options},
    preset_address,
};
use crate::{
    components::layout::Site,
    dashboard::{
        form::{ErrorSummary, Refused, SelectField, TextField},
        layout::{DashboardPage, Viewer},
        parts::Card,
    },
    islands::dashboard::rule_sentence::RuleSentence,
    words::{
        dashboard::{preset_words, rule_words},
        fill,
    },
};

/// The id of the form.
const FORM: &str = "preset";
/// The input of the rule's name.
pub const NAME: &str = "name";

/// What the page shows.
#[derive(Clone, Debug)]
pub struct PresetData {
    /// The preset.
    pub preset: &'static Preset,
    /// What a rule may name.
    pub options: Options,
    /// The rule in plain words.
    pub sentence: String,
    /// What is typed into every input, and what of it was refused.
    pub form: Refused,
}

/// The form of a preset.
#[component]
pub fn PresetPage(site: Site, viewer: Viewer, data: PresetData) -> impl IntoView {
    let language = viewer.language;
    let (words, rules) = (preset_words(language), rule_words(language));
    let PresetData { preset, options, sentence, form } = data;
    let title = fill(words.preset, &[("title", &preset.title(language))]);
    let settings = preset.form().map(|setting| view! { <Field setting options=options.clone() form=form.clone() language /> }).collect_view();
    let source = preset.source.map(|source| view! { <p class="quiet">{words.source}": "<span lang="pt-BR">{source}</span></p> });
    view! {
        <DashboardPage site viewer title=title.clone() island=true>
            <p><a href=RULES>{rules.rules}</a></p>
            <h1>{title}</h1>
            <ErrorSummary refused=form.clone() language />
            <p class="quiet">{words.about}</p>
            <form id=FORM class="columns" method="post" action=preset_address(preset.name) novalidate>
                // Enter in an input presses the first button of a form: it only checks what was typed.
                <button class="visually-hidden" tabindex="-1" name=ACTION value="check">{rules.check}</button>
                <div class="stack">
                    <Card title=words.settings>
                        <div class="fields settings">{settings}</div>
                        <TextField name=NAME label=rules.name hint=rules.name_hint refused=form language />
                    </Card>
                </div>
                <div class="stack beside">
                    <Card title=rules.says>
                        <p class="sentence" translate="no"><RuleSentence form=FORM.to_owned() language sentence preset=Some(preset.name.to_owned()) /></p>
                        {source}
                        <div class="row">
                            <button class="button primary" name=ACTION value="save">{words.save}</button>
                            <button class="button" name=ACTION value="open">{words.open}</button>
                            <button class="button" name=ACTION value="check">{rules.check}</button>
                            <a href=RULES>{rules.cancel}</a>
                        </div>
                    </Card>
                </div>
            </form>
        </DashboardPage>
    }
}

/// The field of a setting: a choice where the rule names something that there is, else a text.
#[component]
fn Field(setting: &'static Setting, options: Options, form: Refused, language: Language) -> impl IntoView {
    let (words, rules) = (preset_words(language), rule_words(language));
    let (name, label) = (setting.key, setting.label(language));
    let choice = |names: Vec<String>| {
        let none = (String::new(), rules.choose.to_owned());
        std::iter::once(none).chain(names.into_iter().map(|name| (name.clone(), name))).collect::<Vec<_>>()
    };
    match setting.takes {
        Takes::Flow => view! { <SelectField name label options=choice(options.flows) refused=form language /> }.into_any(),
        Takes::List(kind) => {
            let lists: Vec<String> = options.lists.into_iter().filter(|(_, of)| *of == kind).map(|(name, _)| name).collect();
            let none = lists.is_empty().then(|| view! { <p class="quiet">{words.no_lists}" "<a href="/dashboard/lists">{words.make_list}</a></p> });
            view! { <SelectField name label options=choice(lists) refused=form language />{none} }.into_any()
        }
        takes => {
            let hint = words.hint(takes, rules);
            view! { <TextField name label hint long=takes == Takes::Amounts refused=form language /> }.into_any()
        }
    }
}
