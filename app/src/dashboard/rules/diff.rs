//! The difference between two versions of a rule, as people read it: which facts changed, and which conditions came, went or changed.

use leptos::prelude::*;
use shared::{
    language::Language,
    rule::{Rule, Style},
};

use super::outline::{OutlineLine, outline};
use crate::words::{
    dashboard::{RuleWords, rule_words},
    fill,
};

/// Two versions, and what is different.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The number of the older version.
    pub from: u32,
    /// The number of the newer one.
    pub to: u32,
    /// What changed of the rule itself: its name, before and after.
    pub facts: Vec<(&'static str, String, String)>,
    /// The conditions.
    pub lines: Vec<DiffLine>,
}

/// A line of the conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffLine {
    /// It is in both.
    Same(OutlineLine),
    /// Only the newer version has it.
    Added(OutlineLine),
    /// Only the older version has it.
    Removed(OutlineLine),
    /// The newer version has the second in place of the first.
    Changed(OutlineLine, OutlineLine),
}

impl Difference {
    /// Between two versions, each with its number.
    pub fn between((from, before): (u32, &Rule), (to, after): (u32, &Rule), language: Language) -> Self {
        let pairs = facts(before, language).into_iter().zip(facts(after, language));
        let facts = pairs.filter(|((_, before), (_, after))| before != after).map(|((name, before), (_, after))| (name, before, after)).collect();
        Self { from, to, facts, lines: compare(&outline(before, language), &outline(after, language)) }
    }

    fn is_nothing(&self) -> bool {
        self.facts.is_empty() && self.lines.iter().all(|line| matches!(line, DiffLine::Same(_)))
    }
}

/// What a rule says besides its conditions.
pub fn facts(rule: &Rule, language: Language) -> Vec<(&'static str, String)> {
    let words = rule_words(language);
    let step_up = rule.step_up();
    let span = |span: Option<&shared::rule::Span>| span.map(|span| Style::Page(language).span(span)).unwrap_or_default();
    vec![
        (words.title, rule.title(language).to_owned()),
        (words.then, words.action_of(rule.then.kind()).to_owned()),
        (words.flow, step_up.map(|step_up| step_up.flow.clone()).unwrap_or_default()),
        (words.ttl, span(step_up.and_then(|step_up| step_up.ttl.as_ref()))),
        (words.grace, span(step_up.and_then(|step_up| step_up.grace.as_ref()))),
        (words.on_expired, step_up.map(|step_up| words.expired_of(step_up.on_expired()).to_owned()).unwrap_or_default()),
        (words.mode, words.mode_of(rule.mode()).to_owned()),
        (words.priority, rule.priority().to_string()),
        (words.weight, rule.weight().to_string()),
        (words.timezone, rule.timezone().to_owned()),
    ]
}

/// The longest common lines stay; what is between them was taken out and put in.
fn compare(before: &[OutlineLine], after: &[OutlineLine]) -> Vec<DiffLine> {
    let is_same = |one: &OutlineLine, other: &OutlineLine| (one.depth, &one.text) == (other.depth, &other.text);
    let (rows, columns) = (before.len(), after.len());
    let mut longest = vec![vec![0_usize; columns + 1]; rows + 1];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            longest[row][column] =
                if is_same(&before[row], &after[column]) { longest[row + 1][column + 1] + 1 } else { longest[row + 1][column].max(longest[row][column + 1]) };
        }
    }
    let (mut row, mut column, mut lines) = (0, 0, Vec::new());
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    while row < rows || column < columns {
        if row < rows && column < columns && is_same(&before[row], &after[column]) {
            settle(&mut removed, &mut added, &mut lines);
            lines.push(DiffLine::Same(after[column].clone()));
            (row, column) = (row + 1, column + 1);
        } else if column == columns || (row < rows && longest[row + 1][column] >= longest[row][column + 1]) {
            removed.push(before[row].clone());
            row += 1;
        } else {
            added.push(after[column].clone());
            column += 1;
        }
    }
    settle(&mut removed, &mut added, &mut lines);
    lines
}

/// Lines of one place: a condition in place of another was changed.
fn settle(removed: &mut Vec<OutlineLine>, added: &mut Vec<OutlineLine>, lines: &mut Vec<DiffLine>) {
    let (mut gone, mut come) = (removed.drain(..).peekable(), added.drain(..).peekable());
    while let (Some(one), Some(other)) = (gone.peek(), come.peek()) {
        if one.depth != other.depth || one.leaf.is_some() != other.leaf.is_some() {
            break;
        }
        lines.extend(gone.next().zip(come.next()).map(|(one, other)| DiffLine::Changed(one, other)));
    }
    lines.extend(gone.map(DiffLine::Removed));
    lines.extend(come.map(DiffLine::Added));
}

/// The difference. Each line says in a word, besides its colour, what became of it.
#[component]
pub fn DifferenceView(difference: Difference, words: &'static RuleWords) -> impl IntoView {
    let nothing = difference.is_nothing().then(|| view! { <p class="quiet">{words.no_difference}</p> });
    let title = fill(words.difference, &[("from", &difference.from.to_string()), ("to", &difference.to.to_string())]);
    let value =
        |text: String| if text.is_empty() { view! { <span class="quiet">{words.nothing}</span> }.into_any() } else { view! { <bdi>{text}</bdi> }.into_any() };
    let facts = difference.facts.into_iter().map(|(name, before, after)| {
        view! { <div><dt>{name}</dt><dd><del>{value(before)}</del>" → "<ins>{value(after)}</ins></dd></div> }
    });
    let facts: Vec<_> = facts.collect();
    let line = |is: &'static str, word: &'static str, line: OutlineLine, before: Option<String>| {
        view! {
            <li data-is=is data-depth=line.depth.min(8).to_string()>
                {(!word.is_empty()).then(|| view! { <span class="became">{word}": "</span> })}
                {before.map(|before| view! { <del><bdi>{before}</bdi></del>" → " })}
                <bdi>{line.text}</bdi>
            </li>
        }
    };
    let lines = difference.lines.into_iter().map(|one| match one {
        DiffLine::Same(same) => line("same", "", same, None),
        DiffLine::Added(added) => line("added", words.added, added, None),
        DiffLine::Removed(removed) => line("removed", words.removed, removed, None),
        DiffLine::Changed(before, after) => line("changed", words.changed, after, Some(before.text)),
    });
    view! {
        <div class="difference">
            <h2>{title}</h2>
            {nothing}
            {(!facts.is_empty()).then(|| view! { <dl class="facts">{facts}</dl> })}
            <ul class="outline">{lines.collect_view()}</ul>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(when: &str) -> Rule {
        Rule::parse(&format!(r#"{{"name":"r","when":{when},"then":{{"action":"BLOCK"}}}}"#)).expect("a rule")
    }

    fn is(kind: &str) -> String {
        format!(r#"{{"field":"type","is":"{kind}"}}"#)
    }

    #[test]
    fn a_condition_in_place_of_another_was_changed_and_the_rest_came_or_went() {
        let before = rule(&format!(r#"{{"all":[{},{},{}]}}"#, is("A"), is("B"), is("C")));
        let after = rule(&format!(r#"{{"all":[{},{{"not":{}}},{},{}]}}"#, is("A"), is("X"), is("D"), is("C")));
        let lines = Difference::between((1, &before), (2, &after), Language::En).lines;
        let said: Vec<String> = lines
            .iter()
            .map(|line| match line {
                DiffLine::Same(line) => format!("= {}", line.text),
                DiffLine::Added(line) => format!("+ {}", line.text),
                DiffLine::Removed(line) => format!("- {}", line.text),
                DiffLine::Changed(one, other) => format!("~ {} > {}", one.text, other.text),
            })
            .collect();
        assert_eq!(
            said,
            ["= All of these hold", "= the type is A", "- the type is B", "+ This does not hold", "+ the type is X", "+ the type is D", "= the type is C"]
        );
        let other = rule(&format!(r#"{{"all":[{},{},{}]}}"#, is("A"), is("D"), is("C")));
        let lines = Difference::between((1, &before), (2, &other), Language::En).lines;
        assert!(matches!(&lines[2], DiffLine::Changed(one, other) if one.text == "the type is B" && other.text == "the type is D"), "{lines:?}");
        assert!(Difference::between((1, &before), (2, &before), Language::En).is_nothing());
    }

    #[test]
    fn facts_are_compared_by_name() {
        let before = Rule::parse(r#"{"name":"r","when":{"field":"type","is":"A"},"then":{"action":"BLOCK"}}"#).expect("a rule");
        let after =
            Rule::parse(r#"{"name":"r","mode":"TEST","priority":7,"when":{"field":"type","is":"A"},"then":{"action":"STEP_UP","flow":"f","ttl":"24h"}}"#)
                .expect("a rule");
        let facts = Difference::between((1, &before), (2, &after), Language::En).facts;
        let shown: Vec<String> = facts.into_iter().map(|(name, before, after)| format!("{name}: {before} > {after}")).collect();
        assert_eq!(
            shown,
            [
                "What follows: Block > Ask for evidence",
                "Flow:  > f",
                "Time to complete it:  > 24 hours",
                "If the time runs out:  > Block",
                "Mode: Active > Test",
                "Priority: 100 > 7"
            ]
        );
    }
}
