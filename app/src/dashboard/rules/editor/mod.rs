//! The editor of a rule: one form, which works without script. Each button sends the whole form, and the page comes back with everything that
//! was typed, and the focus where something changed. With script the sentence follows as one types.

mod conditions;
pub mod data;
mod head;
mod inputs;
mod leaf;

use leptos::{html::custom, prelude::*};
use shared::{language::Language, rule::id_of};

use self::{
    conditions::conditions,
    data::{ACTION, Conflict, EDITOR, EditorData, JSON, OVER},
    head::{action, counting, naming},
    inputs::Form,
};
use super::{
    RULES, address,
    diff::DifferenceView,
    trial::{TrialInputs, TrialResult},
};
use crate::{
    components::layout::Site,
    dashboard::{
        form::{ErrorSummary, Refused},
        layout::{DashboardPage, Viewer},
        parts::{Card, Time},
    },
    islands::dashboard::rule_sentence::RuleSentence,
    words::{
        dashboard::{RuleWords, rule_words, words as all_words},
        fill, words as flow_words,
    },
};

/// The editor.
#[component]
pub fn EditorPage(site: Site, viewer: Viewer, data: EditorData, refused: Refused) -> impl IntoView {
    let language = viewer.language;
    let words = rule_words(language);
    let (here, back, title) = match &data.existing {
        Some(name) => (format!("{}/edit", address(name)), address(name), fill(words.edit_title, &[("name", name)])),
        None => (format!("{RULES}/new"), RULES.to_owned(), words.new_rule.to_owned()),
    };
    let form = Form { data: &data, words, language };
    let (naming, conditions, action, counting) = (naming(&form), conditions(&form), action(&form), counting(&form));
    let summary = summary(&form);
    let conflict = data.conflict.clone().map(|conflict| view! { <Meanwhile conflict language /> });
    let shown = data.trial.shown.clone().map(|shown| view! { <TrialResult shown language /> });
    let json = json(&form);
    let EditorData { existing, over, sentence, trial, .. } = data;
    let to_back = if existing.is_some() { words.to_rule } else { words.rules };
    view! {
        <DashboardPage site viewer title=title.clone() island=true>
            <p><a href=back.clone()>{to_back}</a></p>
            <h1>{title}</h1>
            <ErrorSummary refused language />
            {conflict}
            {summary}
            <form id=EDITOR class="columns editor" method="post" action=here novalidate>
                // Enter in an input presses the first button of a form: it only shows the page again.
                <button class="visually-hidden" tabindex="-1" name=ACTION value="update">{words.update}</button>
                <input type="hidden" name=OVER value=over.to_string() />
                <div class="stack">
                    <Card title=words.about>{naming}</Card>
                    <Card title=words.when>{conditions}</Card>
                    <Card title=words.then>{action}</Card>
                    <Card title=words.counting>{counting}</Card>
                </div>
                <div class="stack beside">
                    <Card title=words.says>
                        <p class="sentence" translate="no"><RuleSentence form=EDITOR.to_owned() language sentence /></p>
                        <div class="row">
                            <button class="button primary" name=ACTION value="save">{words.save}</button>
                            <button class="button" name=ACTION value="check">{words.check}</button>
                            <a href=back>{words.cancel}</a>
                        </div>
                    </Card>
                    <Card title=words.trial>
                        <p class="quiet">{words.trial_text}</p>
                        <TrialInputs form=trial language />
                        <div class="row"><button class="button" name=ACTION value="test">{words.trial_button}</button></div>
                        {shown}
                    </Card>
                    {json}
                </div>
            </form>
        </DashboardPage>
    }
}

/// Every fault, each a link to its input. It takes the focus.
fn summary(form: &Form<'_>) -> Option<AnyView> {
    let data = form.data;
    let texts = &flow_words(form.language).flow;
    let whole: Vec<String> = data.json_faults.clone();
    if data.faults.is_empty() && whole.is_empty() {
        return None;
    }
    let count = data.faults.len() + whole.len();
    let title = if count == 1 { texts.one_fault.to_owned() } else { fill(texts.many_faults, &[("n", &count.to_string())]) };
    let entries = data.faults.iter().map(|fault| {
        let (name, why) = (form.name_of(&fault.input), form.words.why(&fault.why));
        let text = if name.is_empty() { why } else { format!("{name}: {why}") };
        if fault.input.is_empty() {
            return view! { <li>{text}</li> }.into_any();
        }
        view! { <li><a href=format!("#{}", id_of(&fault.input))>{text}</a></li> }.into_any()
    });
    let entries = entries.collect_view();
    let pasted = whole.into_iter().map(|text| view! { <li><a href=format!("#{JSON}")><bdi>{text}</bdi></a></li> }).collect_view();
    Some(
        view! {
            <div class="summary" role="alert" tabindex="-1" autofocus>
                <h2>{title}</h2>
                <ul>{entries}{pasted}</ul>
            </div>
        }
        .into_any(),
    )
}

/// What somebody else changed while this was edited.
#[component]
fn Meanwhile(conflict: Conflict, language: Language) -> impl IntoView {
    let words: &'static RuleWords = rule_words(language);
    let Conflict { newest, difference } = conflict;
    let by = newest.by.map(|by| all_words(language).done_by(&by));
    view! {
        <section class="card body once" id="meanwhile" role="alert" tabindex="-1" autofocus>
            <h2>{words.meanwhile}</h2>
            <p>
                {fill(words.version_n, &[("n", &newest.number.to_string())])}" · "<Time at=newest.at />{by.map(|by| view! { " · "<bdi>{by}</bdi> })}
            </p>
            <p>{words.meanwhile_text}</p>
            <DifferenceView difference words />
        </section>
    }
}

/// The rule as JSON, to read and to paste.
fn json(form: &Form<'_>) -> AnyView {
    let (data, words) = (form.data, form.words);
    let faults: Vec<_> = data.json_faults.iter().map(|fault| view! { <span class="line"><bdi>{fault.clone()}</bdi></span> }).collect();
    let is_faulty = !faults.is_empty();
    let area = custom("textarea").id(JSON).attr("name", JSON).attr("rows", "14").attr("spellcheck", "false").attr("class", "mono");
    let area = area.attr("aria-describedby", if is_faulty { "json-hint json-fault" } else { "json-hint" });
    let area = area.attr("aria-invalid", is_faulty.then_some("true"));
    let area = if data.json.is_empty() { area.into_any() } else { area.child(format!("\n{}", data.json)).into_any() };
    view! {
        <section class="card body">
            <details open=is_faulty>
                <summary>{words.as_json}</summary>
                <div class="field wide-field">
                    <label for=JSON>{words.as_json}</label>
                    <span class="hint" id="json-hint">{words.json_hint}</span>
                    {is_faulty.then(|| view! { <span class="fault" id="json-fault">{faults}</span> })}
                    {area}
                </div>
                <button class="button" name=ACTION value="json">{words.json_button}</button>
            </details>
        </section>
    }
    .into_any()
}
