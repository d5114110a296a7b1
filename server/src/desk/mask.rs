//! Personal data as it is shown until somebody asks for it: enough to tell one from another, too little to use.

use shared::{
    field_value::Answer,
    flow::{Field, FieldType},
};

const HIDDEN: &str = "••••";

/// A value that was entered.
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

/// The same, as it was entered.
pub fn revealed(field: &Field, answer: &Answer) -> String {
    let text = field.r#type.typed(answer);
    match field.r#type {
        _ if text.is_empty() => "—".to_owned(),
        FieldType::Boolean => "✓".to_owned(),
        FieldType::Select => field.options.iter().find(|option| option.value == text).map_or(text, |option| option.label.clone()),
        _ => text,
    }
}

/// A customer's reference. One with letters is the company's own name for somebody; one of digits may be a CPF.
pub fn reference(reference: &str) -> String {
    let may_be_a_number = reference.bytes().filter(u8::is_ascii_digit).count() >= 6 && !reference.bytes().any(|b| b.is_ascii_alphabetic());
    if may_be_a_number { last(reference, 3) } else { reference.to_owned() }
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
    fn what_is_masked_does_not_tell() {
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
        for (given, shown) in [("52998224725", "••••725"), ("529.982.247-25", "••••-25"), ("crm-10482", "crm-10482"), ("42", "42")] {
            assert_eq!(reference(given), shown);
        }
    }
}
