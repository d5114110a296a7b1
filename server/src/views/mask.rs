//! Masks personal data on pages until an operator reveals it. What remains is enough to distinguish two people, and too little to misuse.

use shared::{
    cpf::Cpf,
    field_value::Answer,
    flow::{Field, FieldType},
    rule::ListKind,
};

/// What stands for what is not shown.
pub const HIDDEN: &str = "••••";

/// Masks a value that was entered.
pub fn answer(field: &Field, answer: &Answer) -> String {
    let text = field.r#type.typed(answer);
    match field.r#type {
        _ if text.is_empty() => "—".to_owned(),
        FieldType::Text => text.split_whitespace().map(first).collect::<Vec<_>>().join(" "),
        FieldType::Email => format!("{}@{HIDDEN}", first(&text)),
        FieldType::Cpf | FieldType::Phone => last(&text, 2),
        FieldType::Boolean => "✓".to_owned(),
        FieldType::Date | FieldType::Select | FieldType::Artifact => HIDDEN.to_owned(),
    }
}

/// The unmasked value.
pub fn revealed(field: &Field, answer: &Answer) -> String {
    let text = field.r#type.typed(answer);
    match field.r#type {
        _ if text.is_empty() => "—".to_owned(),
        FieldType::Boolean => "✓".to_owned(),
        FieldType::Select => field.options.iter().find(|option| option.value == text).map_or(text, |option| option.label.clone()),
        _ => text,
    }
}

/// Masks a customer's reference if it contains a CPF, with or without punctuation. Other references are the company's own names for
/// customers, and are shown.
pub fn reference(reference: &str) -> String {
    if has_cpf(reference) { last(reference, 3) } else { reference.to_owned() }
}

/// Masks a value of a list that is about people.
pub fn listed(kind: ListKind, value: &str) -> String {
    if kind == ListKind::Email { format!("{}@{HIDDEN}", first(value)) } else { last(value, 2) }
}

/// Masks an id that a company did not make, such as an account or a device.
pub fn id(text: &str) -> String {
    if text.chars().count() > 4 { last(text, 2) } else { HIDDEN.to_owned() }
}

/// Masks a name.
pub fn name(text: &str) -> String {
    text.split_whitespace().map(first).collect::<Vec<_>>().join(" ")
}

/// Hides a value.
pub fn hidden(_: &str) -> String {
    HIDDEN.to_owned()
}

/// Whether some neighbouring groups of digits, with only `.` or `-` between them, are together a CPF with right check digits.
fn has_cpf(text: &str) -> bool {
    let runs = text.split(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-'));
    runs.map(|run| run.split(['.', '-']).collect::<Vec<_>>()).any(|groups| {
        (0..groups.len()).any(|from| (from + 1..=groups.len()).any(|to| Cpf::parse(&groups[from..to].concat()).is_some_and(|cpf| cpf.is_plausible())))
    })
}

fn first(word: &str) -> String {
    word.chars().take(1).chain(HIDDEN.chars()).collect()
}

fn last(text: &str, count: usize) -> String {
    let all: Vec<char> = text.chars().collect();
    HIDDEN.chars().chain(all[all.len().saturating_sub(count)..].iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masked_values_hide_personal_data() {
        let field = |kind| Field { r#type: kind, ..Field::default() };
        for (kind, text, shown) in [
            (FieldType::Text, "Ana de Souza", "A•••• d•••• S••••"),
            (FieldType::Cpf, "52998224725", "••••25"),
            (FieldType::Phone, "+5511987654321", "••••21"),
            (FieldType::Email, "ana@example.com", "a••••@••••"),
            (FieldType::Date, "1990-05-17", "••••"),
            (FieldType::Text, "", "—"),
        ] {
            assert_eq!(answer(&field(kind), &Answer::Text(text.to_owned())), shown);
        }
    }

    #[test]
    fn a_listed_value_keeps_its_end() {
        for (kind, value, shown) in
            [(ListKind::Account, "acct-77", "••••77"), (ListKind::Cpf, "52998224725", "••••25"), (ListKind::Email, "ana@example.com", "a••••@••••")]
        {
            assert_eq!(listed(kind, value), shown);
        }
    }

    #[test]
    fn a_reference_with_a_cpf_is_masked() {
        for (given, shown) in [
            ("52998224725", "••••725"),
            ("529.982.247-25", "••••-25"),
            ("cpf:52998224725", "••••725"),
            ("CPF_529.982.247-25", "••••-25"),
            ("52998224725:br", "••••:br"),
            ("a1b52998224725c", "••••25c"),
            ("br-52998224725-1", "••••5-1"),
            ("1.529982247-25", "••••-25"),
        ] {
            assert_eq!(reference(given), shown);
        }
        for given in [
            "crm-1",
            "crm-10482",
            "42",
            "123456",
            "2026-11-30.0001",
            "5511987654321",
            "12345678000195-x",
            "52998224724",
            "11111111111",
            "9952998224725",
            "crm-12345:67890:1",
            "",
        ] {
            assert_eq!(reference(given), given);
        }
    }
}
