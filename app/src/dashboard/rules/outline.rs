//! The conditions of a rule as an indented list, each condition in plain words.

use leptos::prelude::*;
use shared::{
    language::Language,
    rule::{Condition, Rule},
};

use crate::words::dashboard::{RuleWords, rule_words};

/// One line: a group or a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutlineLine {
    /// In how many groups it is.
    pub depth: usize,
    /// What it says.
    pub text: String,
    /// The number of the condition among all of the rule; nothing for a group.
    pub leaf: Option<usize>,
}

/// The lines of a rule's conditions.
pub fn outline(rule: &Rule, language: Language) -> Vec<OutlineLine> {
    let mut lines = Vec::new();
    collect(&rule.when, rule.timezone(), language, 0, &mut lines);
    lines
}

fn collect(of: &Condition, zone: &str, language: Language, depth: usize, lines: &mut Vec<OutlineLine>) {
    let words = rule_words(language);
    let (text, inner) = match of {
        Condition::All(of) => (words.all_of, of.as_slice()),
        Condition::Any(of) => (words.any_of, of.as_slice()),
        Condition::Not(of) => (words.not_this, std::slice::from_ref(&**of)),
        Condition::Leaf(_) => {
            let leaf = lines.iter().filter(|line| line.leaf.is_some()).count();
            lines.push(OutlineLine { depth, text: of.sentence(zone, language), leaf: Some(leaf) });
            return;
        }
    };
    lines.push(OutlineLine { depth, text: text.to_owned(), leaf: None });
    for one in inner {
        collect(one, zone, language, depth + 1, lines);
    }
}

/// What stands beside a condition.
pub type Beside = Box<dyn Fn(usize) -> AnyView>;

/// The lines, as a list. `beside` draws what stands below each condition.
#[component]
pub fn Outline(lines: Vec<OutlineLine>, words: &'static RuleWords, #[prop(optional_no_strip)] beside: Option<Beside>) -> impl IntoView {
    let lines = lines.into_iter().map(|line| {
        let more = line.leaf.zip(beside.as_ref()).map(|(leaf, beside)| beside(leaf));
        let class = if line.leaf.is_some() { "condition" } else { "group" };
        view! { <li class=class data-depth=line.depth.min(8).to_string()><bdi>{line.text}</bdi>{more}</li> }
    });
    view! { <ul class="outline" aria-label=words.conditions>{lines.collect_view()}</ul> }
}
