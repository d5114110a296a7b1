//! Masks personal data on pages until an operator reveals it. What remains is enough to distinguish two people, and too little to misuse.

use shared::{
    field_value::Answer,
    flow::{Field, FieldType},
};

const HIDDEN: &str = "••••";

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

/// The number of digits in a CPF.
const CPF_DIGITS: usize = 11;

/// Masks a customer's reference if it may be a document's number: it has 6 digits or more and no letters, or so many digits in a row that
/// it may contain a CPF. Other references are the company's own names for customers, and are shown.
pub fn reference(reference: &str) -> String {
    let is_a_number = reference.bytes().filter(u8::is_ascii_digit).count() >= 6 && !reference.bytes().any(|b| b.is_ascii_alphabetic());
    if is_a_number || digits_in_a_row(reference) >= CPF_DIGITS { last(reference, 3) } else { reference.to_owned() }
}

/// The length of the longest run of digits. The punctuation of a CPF does not end a run.
fn digits_in_a_row(text: &str) -> usize {
    let runs = text.split(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-'));
    runs.map(|run| run.bytes().filter(u8::is_ascii_digit).count()).max().unwrap_or_default()
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
    fn a_reference_that_may_be_a_document_is_masked() {
        for (given, shown) in [
            ("52998224725", "••••725"),
            ("529.982.247-25", "••••-25"),
            ("cpf:52998224725", "••••725"),
            ("CPF_529.982.247-25", "••••-25"),
            ("52998224725:br", "••••:br"),
            ("a1b52998224725c", "••••25c"),
            ("12345678000195-x", "••••5-x"),
            ("123456", "••••456"),
        ] {
            assert_eq!(reference(given), shown);
        }
        for given in ["crm-1", "crm-10482", "c-1001", "42", "a1234567890", "crm-12345:67890:1", ""] {
            assert_eq!(reference(given), given);
        }
    }
}
