//! The rules that matched a transaction: each as its sentence, and beside it what its conditions saw.

use leptos::prelude::*;
use shared::language::Language;

use super::parts::{Pill, Score, decimal};
use crate::words::{
    dashboard::{transaction_words, words},
    fill,
};

/// A rule that matched.
#[derive(Clone, Debug)]
pub struct MatchedRule {
    /// Its name, which its page has in its address.
    pub name: String,
    /// Its title in the page's language.
    pub title: String,
    /// The version that was used.
    pub version: u32,
    /// The whole rule in the page's language.
    pub sentence: String,
    /// Each condition with what it saw.
    pub saw: Vec<Saw>,
    /// The points that it adds to the score over those of the rules before it.
    pub points: f32,
    /// It decided.
    pub decided: bool,
    /// It did not decide, because the customer passed its flow recently.
    pub passed_over: bool,
}

/// What one condition saw.
#[derive(Clone, Debug)]
pub struct Saw {
    /// What is true of it.
    pub text: String,
    /// Whether it speaks for a match: it holds, or its opposite is asked for and it does not.
    pub speaks_for: bool,
    /// The outcome rests on it.
    pub decisive: bool,
}

/// The score of all rules that matched, what each adds, and each with what it saw.
#[component]
pub fn Explained(rules: Vec<MatchedRule>, score: u8, was_judged: bool, may_see_rules: bool, language: Language) -> impl IntoView {
    let (words, common) = (transaction_words(language), words(language));
    if !was_judged {
        return view! { <p class="quiet">{words.not_judged}</p> }.into_any();
    }
    if rules.is_empty() {
        return view! { <p class="quiet">{words.no_rules}</p> }.into_any();
    }
    view! {
        <div class="total">
            <Score score words=common />
            <span class="quiet">{common.of_hundred}</span>
        </div>
        <MatchedRules rules may_see_rules with_points=true language />
    }
    .into_any()
}

/// The rules, one after the other.
#[component]
pub fn MatchedRules(rules: Vec<MatchedRule>, may_see_rules: bool, #[prop(optional)] with_points: bool, language: Language) -> impl IntoView {
    let mut before = 0.0;
    let rules = rules.into_iter().map(|rule| {
        let from = before;
        before += f64::from(rule.points);
        view! { <li><Rule rule from=with_points.then_some(from) may_see_rules language /></li> }
    });
    view! { <ol class="rules">{rules.collect_view()}</ol> }
}

/// One rule. `from` is where its part of the score begins; without it, it has none.
#[component]
fn Rule(rule: MatchedRule, #[prop(optional_no_strip)] from: Option<f64>, may_see_rules: bool, language: Language) -> impl IntoView {
    let (words, common) = (transaction_words(language), words(language));
    let title = view! { <bdi>{rule.title.clone()}</bdi> };
    let title = if may_see_rules { view! { <a href=super::rules::address(&rule.name)>{title}</a> }.into_any() } else { title.into_any() };
    let name = (rule.title != rule.name).then(|| view! { <span class="mono">{rule.name.clone()}</span> ", " });
    let points = f64::from(rule.points);
    let adds = from.filter(|_| points > 0.0).map(|from| {
        view! {
            <strong class="number">"+"{decimal(points, common)}</strong>
            <svg class="adds" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
                <rect x=format!("{from:.1}") width=format!("{points:.1}") height="1" />
            </svg>
        }
    });
    let saw = rule.saw.into_iter().map(|saw| {
        let (is, mark) = if saw.speaks_for { (words.holds, "✓") } else { (words.holds_not, "✗") };
        view! {
            <li class:quiet=!saw.decisive data-held=saw.speaks_for.to_string()>
                <span class="mark" aria-hidden="true">{mark}</span>
                <span><span class="visually-hidden">{is}": "</span>{saw.text}</span>
            </li>
        }
    });
    view! {
        <div class="rule">
            <h3>{title}</h3>
            {rule.decided.then(|| view! { <Pill is="done" text=words.decided /> })}
            {adds}
        </div>
        <p>{rule.sentence}</p>
        {rule.passed_over.then(|| view! { <p class="revealed">{words.passed_over}</p> })}
        <ul class="saw" aria-label=words.saw>{saw.collect_view()}</ul>
        <p class="quiet">{name}{fill(words.version, &[("version", &rule.version.to_string())])}</p>
    }
}
