//! Trying a rule on one transaction: the inputs, and what came of it, condition by condition.

use leptos::{html::custom, prelude::*};
use shared::{
    language::Language,
    rule::{Evaluation, Rule, Style},
};

use super::outline::{Beside, Outline, outline};
use crate::{
    dashboard::parts::Pill,
    words::{
        dashboard::{RuleWords, rule_words},
        fill,
    },
};

/// The names of the inputs.
pub const STORED: &str = "stored";
/// The body of a post.
pub const POSTED: &str = "posted";

/// What was typed, and what came of it.
#[derive(Clone, Debug, Default)]
pub struct TrialForm {
    /// The ref or the company's id of a stored transaction.
    pub stored: String,
    /// The body of a post.
    pub posted: String,
    /// Why it was not tried, each as the name of the input, what it is about, and why.
    pub faults: Vec<(&'static str, String)>,
    /// What came of it.
    pub shown: Option<TrialShown>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct TrialShown {
    /// The company's id of the transaction.
    pub transaction_id: String,
    /// It is a stored one. What it holds is masked, as on its own page.
    pub is_stored: bool,
    /// The rule that was tried.
    pub rule: Rule,
    /// Each condition with what it saw.
    pub evaluation: Evaluation,
    /// The rule is passed over because its customer passed its flow lately.
    pub passed_over: bool,
}

/// The inputs. The form and its button are those of the page.
#[component]
pub fn TrialInputs(form: TrialForm, language: Language) -> impl IntoView {
    let words = rule_words(language);
    let fault = |name: &str| {
        let all: Vec<String> = form.faults.iter().filter(|(input, _)| *input == name).map(|(_, why)| why.clone()).collect();
        (!all.is_empty()).then_some(all)
    };
    let (stored, posted) = (fault(STORED), fault(POSTED));
    let said = |id: String, faults: &Option<Vec<String>>| {
        faults.clone().map(|faults| view! { <span class="fault" id=id>{faults.into_iter().map(|fault| view! { <span class="line"><bdi>{fault}</bdi></span> }).collect_view()}</span> })
    };
    let area = custom("textarea").id(POSTED).attr("name", POSTED).attr("rows", "6").attr("spellcheck", "false").attr("class", "mono");
    let area = area.attr("aria-describedby", if posted.is_some() { "posted-hint posted-fault" } else { "posted-hint" });
    let area = area.attr("aria-invalid", posted.as_ref().map(|_| "true"));
    let area = if form.posted.is_empty() { area.into_any() } else { area.child(format!("\n{}", form.posted)).into_any() };
    view! {
        <div class="field">
            <label for=STORED>{words.trial_stored}</label>
            <span class="hint" id="stored-hint">{words.trial_stored_hint}</span>
            {said("stored-fault".to_owned(), &stored)}
            <input type="text" id=STORED name=STORED value=form.stored.clone() autocomplete="off" spellcheck="false"
                aria-describedby=if stored.is_some() { "stored-hint stored-fault" } else { "stored-hint" } aria-invalid=stored.as_ref().map(|_| "true") />
        </div>
        <div class="field wide-field">
            <label for=POSTED>{words.trial_posted}</label>
            <span class="hint" id="posted-hint">{words.trial_posted_hint}</span>
            {said("posted-fault".to_owned(), &posted)}
            {area}
        </div>
    }
}

/// What came of it.
#[component]
pub fn TrialResult(shown: TrialShown, language: Language) -> impl IntoView {
    let words: &'static RuleWords = rule_words(language);
    let TrialShown { transaction_id, is_stored, rule, evaluation, passed_over } = shown;
    let verdict = match (evaluation.matched, passed_over) {
        (true, true) => words.trial_passed_over,
        (true, false) => words.trial_matched,
        (false, _) => words.trial_unmatched,
    };
    let style = if is_stored { Style::Masked(language) } else { Style::Page(language) };
    let texts = evaluation.texts(&rule, style);
    let seen: Vec<(bool, bool, String)> = evaluation.because.iter().zip(texts).map(|(line, because)| (line.held, line.decisive, because.text)).collect();
    let beside: Beside = Box::new(move |leaf| {
        let Some((held, decisive, text)) = seen.get(leaf).cloned() else { return ().into_any() };
        let (is, word) = if held { ("good", words.holds) } else { ("bad", words.holds_not) };
        view! {
            <div class="row">
                <Pill is text=word />
                <span class="seen"><bdi>{text}</bdi></span>
                {decisive.then(|| view! { <span class="quiet">{words.decisive}</span> })}
            </div>
        }
        .into_any()
    });
    view! {
        <section class="trial" id="trial-result" tabindex="-1" autofocus>
            <h3>{fill(words.trial_result, &[("transaction", &transaction_id)])}</h3>
            <p><strong>{verdict}</strong></p>
            <Outline lines=outline(&rule, language) words beside=Some(beside) />
            <p class="quiet">{words.trial_nothing}</p>
        </section>
    }
}
