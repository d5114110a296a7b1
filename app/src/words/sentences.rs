//! The sentences about a field: what is wrong with it, what it takes, and when the customer needs it. The server and the island must
//! say the same.

use shared::{
    cpf::Cpf,
    email,
    flow::{DEFAULT_MAX_LENGTH, Field, FieldType, IMAGE_TYPES, PDF_TYPE, Step},
    problem::{Code, FieldCode, FieldFault},
};

use crate::words::{
    fill::{fill, fill_date},
    flow::FlowWords,
};

impl FlowWords {
    /// A fault in the customer's words. It says what to do, not what is wrong.
    pub fn fault(&self, field: &Field, fault: &FieldFault) -> String {
        if let Some(problem) = fault.refused {
            return self.file_refused(field, problem);
        }
        let label = [("Label", field.label.as_str()), ("label", &inside_a_sentence(&field.label))];
        let plain = match (fault.code, field.r#type) {
            (FieldCode::Required, FieldType::Boolean) => self.agree(),
            (FieldCode::Required | FieldCode::NotAnOption | FieldCode::WrongType, FieldType::Select) => return fill(self.choose(), &label),
            // The server never says this of a file. The island does, in the customer's words.
            (FieldCode::Malformed, FieldType::Artifact) => return fault.message.clone(),
            (_, FieldType::Artifact) => return fill(if takes_photo(field) { self.add_file() } else { self.add_only_file() }, &label),
            (FieldCode::TooLong, _) => return fill(self.too_long(), &[("max", &field.max_length.unwrap_or(DEFAULT_MAX_LENGTH).to_string())]),
            (FieldCode::Malformed, FieldType::Cpf) => self.cpf_malformed(),
            (FieldCode::Malformed, FieldType::Date) => return self.bad_date(field),
            (FieldCode::Malformed, FieldType::Email) => self.email_malformed(),
            (FieldCode::Malformed, FieldType::Phone) => self.phone_malformed(),
            (FieldCode::Malformed, _) => match fault.after.as_deref() {
                Some(text) if !text.is_empty() => return fill(self.hidden_after(), &[("text", text)]),
                _ => self.hidden_first(),
            },
            _ => return fill(self.enter(), &label),
        };
        plain.to_owned()
    }

    /// Which days a DATE field takes.
    fn bad_date(&self, field: &Field) -> String {
        let day = |date: &Option<String>| date.as_ref().map(|date| fill_date(self.date(), date, self.months()));
        match (day(&field.min), day(&field.max)) {
            (Some(min), Some(max)) => fill(self.date_between(), &[("min", &min), ("max", &max)]),
            (Some(min), None) => fill(self.date_from(), &[("min", &min)]),
            (None, Some(max)) => fill(self.date_until(), &[("max", &max)]),
            (None, None) => self.date_malformed().to_owned(),
        }
    }

    /// What looks mistyped in a value that the server takes. It warns, and stops nobody.
    pub fn doubt(&self, kind: FieldType, text: &str) -> Option<String> {
        match kind {
            FieldType::Cpf => Cpf::parse(text).filter(|cpf| !cpf.is_plausible()).map(|_| self.cpf_warning().to_owned()),
            FieldType::Email => email::meant(text).map(|email| fill(self.did_you_mean(), &[("email", &email)])),
            _ => None,
        }
    }

    /// Why the server refused a file, in the customer's words.
    pub fn file_refused(&self, field: &Field, problem: Code) -> String {
        match problem {
            Code::TooLarge => self.file_too_large(),
            Code::UnsupportedMedia => return self.other_kind(field),
            Code::BadImage => self.file_bad(),
            Code::BadDocument => self.document_bad(),
            Code::Truncated => self.file_truncated(),
            Code::RateLimited => self.too_many(),
            _ => self.file_lost(),
        }
        .to_owned()
    }

    fn other_kind(&self, field: &Field) -> String {
        let has_images = IMAGE_TYPES.iter().all(|kind| field.accept.iter().any(|accepted| accepted == kind));
        match field.accept.len() {
            3 if has_images => self.file_kind().to_owned(),
            4 if has_images => self.file_kind_pdf().to_owned(),
            _ => fill(self.file_kind_only(), &[("kinds", &kinds(field))]),
        }
    }

    /// What a field takes, for people.
    pub fn accepted(&self, field: &Field) -> String {
        fill(self.kinds(), &[("kinds", &kinds(field))])
    }

    /// A hint: the answers to other fields with which the customer needs this one.
    pub fn when_asked(&self, field: &Field, steps: &[Step]) -> Option<String> {
        let conditions = field.required_when.iter().filter_map(|(other, values)| {
            let other = steps.iter().find_map(|step| step.field(other))?;
            let wants = |value: &str| values.iter().any(|wanted| wanted == value);
            if other.r#type == FieldType::Boolean {
                let word = match (wants("true"), wants("false")) {
                    (true, false) => self.only_if(),
                    (false, true) => self.only_unless(),
                    _ => return None,
                };
                return Some(fill(word, &[("label", &other.label)]));
            }
            let labels = values.iter().map(|value| other.options.iter().find(|option| option.value == *value).map_or(&**value, |option| &*option.label));
            Some(fill(self.only_for(), &[("options", &labels.collect::<Vec<_>>().join(", "))]))
        });
        let conditions: Vec<String> = conditions.collect();
        (!conditions.is_empty()).then(|| conditions.join(". "))
    }
}

/// Whether a field takes the photos that a phone's camera makes.
pub fn takes_photo(field: &Field) -> bool {
    field.accept.iter().any(|kind| kind == IMAGE_TYPES[0])
}

/// The kinds of files that a field takes, by the names that people know.
fn kinds(field: &Field) -> String {
    let names = field.accept.iter().map(|kind| match kind.as_str() {
        "image/jpeg" => "JPEG",
        "image/png" => "PNG",
        "image/webp" => "WebP",
        PDF_TYPE => "PDF",
        other => other,
    });
    names.collect::<Vec<_>>().join(", ")
}

/// A label as it reads inside a sentence: "Full name" becomes "full name", and "CPF" stays.
fn inside_a_sentence(label: &str) -> String {
    let mut text = label.to_owned();
    let mut after_first = label.bytes().take_while(|byte| *byte != b' ').skip(1).peekable();
    let is_word = after_first.peek().is_some() && after_first.all(|byte| !byte.is_ascii_uppercase());
    if let (true, Some(first)) = (is_word, text.get_mut(..1)) {
        first.make_ascii_lowercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;
    use shared::{flow::Choice, language::Language};

    #[test]
    fn a_fault_says_what_to_do_or_why_a_file_was_refused() {
        let field = |kind, label: &str| Field { name: "it".to_owned(), r#type: kind, label: label.to_owned(), ..Field::default() };
        let accepting = |kinds: &[&str]| Field { accept: kinds.iter().map(|kind| (*kind).to_owned()).collect(), ..field(FieldType::Artifact, "Front") };
        let (text, photo, file) = (field(FieldType::Text, "Full name"), accepting(&IMAGE_TYPES), accepting(&[PDF_TYPE]));
        let (small, other) = (FieldFault::new("it", FieldCode::Malformed, "Choose it again."), FieldFault::refused_file("it", Code::UnsupportedMedia));
        let required = FieldFault::new("it", FieldCode::Required, "This is required.");
        let too_large = FieldFault::refused_file("it", Code::TooLarge);
        for (language, field, fault, said) in [
            (Language::En, &text, &required, "Enter full name"),
            (Language::PtBr, &text, &required, "Preencha o campo “Full name”"),
            (Language::Es, &text, &required, "Complete el campo “Full name”"),
            (Language::En, &photo, &required, "Take a photo or choose a file for “Front”"),
            (Language::En, &photo, &too_large, words(Language::En).flow.file_too_large),
            (Language::En, &photo, &other, words(Language::En).flow.file_kind),
            (Language::En, &file, &required, "Choose a file for “Front”"),
            (Language::En, &file, &other, "We can't use this kind of file. It must be one of these: PDF."),
            (Language::En, &photo, &small, "Choose it again."),
        ] {
            assert_eq!(words(language).flow.for_island().fault(field, fault), said);
        }
    }

    #[test]
    fn a_condition_is_told_in_words() {
        let named = |name: &str, label: &str, kind| Field { name: name.to_owned(), label: label.to_owned(), r#type: kind, ..Field::default() };
        let option = |value: &str, label: &str| Choice { value: value.to_owned(), label: label.to_owned() };
        let kind = Field { options: vec![option("RG", "Identity card"), option("CNH", "CNH")], ..named("kind", "Kind", FieldType::Select) };
        let first = Step { fields: vec![named("pep", "I hold public office", FieldType::Boolean)], ..Step::default() };
        let steps = [first, Step { fields: vec![kind], ..Step::default() }];
        let when = |conditions: &[(&str, &[&str])]| {
            let all = conditions.iter().map(|(name, values)| ((*name).to_owned(), values.iter().map(|value| (*value).to_owned()).collect())).collect();
            words(Language::En).flow.for_island().when_asked(&Field { required_when: all, ..Field::default() }, &steps)
        };
        assert_eq!(when(&[("kind", &["RG", "CNH"])]).as_deref(), Some("Only for Identity card, CNH"));
        assert_eq!(when(&[("pep", &["true"])]).as_deref(), Some("Only if you tick “I hold public office”"));
        assert_eq!(when(&[("pep", &["false"])]).as_deref(), Some("Only if you do not tick “I hold public office”"));
        assert_eq!(when(&[("kind", &["RG"]), ("pep", &["true"])]).as_deref(), Some("Only for Identity card. Only if you tick “I hold public office”"));
        assert_eq!((when(&[("pep", &["true", "false"])]), when(&[])), (None, None));
    }

    #[test]
    fn a_label_inside_a_sentence_keeps_its_abbreviations() {
        for (label, inside) in [
            ("Full name", "full name"),
            ("E-mail", "e-mail"),
            ("CPF", "CPF"),
            ("RG number", "RG number"),
            ("iPhone model", "iPhone model"),
            ("N", "N"),
            ("Última empresa", "Última empresa"),
            ("名前", "名前"),
            ("", ""),
        ] {
            assert_eq!(inside_a_sentence(label), inside);
        }
    }
}
